/**
 * Quantiles of the latencies of the last one to two seconds, for the live view: two histograms with geometric buckets
 * (a tenth apart), of which the older one is thrown away each second. O(1) per latency.
 */

const bucketCount = 200;
const growth = Math.log(1.1);

export class LatencyWindow {
  private recent = new Uint32Array(bucketCount);
  private older = new Uint32Array(bucketCount);
  private second = 0;

  add(latencyMs: number, nowNs: number): void {
    this.turn(nowNs);
    const bucket = Math.round(Math.log(Math.max(latencyMs, 0.01) / 0.01) / growth);
    const at = Math.min(bucketCount - 1, bucket);
    this.recent[at] = (this.recent[at] ?? 0) + 1;
  }

  /** Both quantiles, within 5 %; null when the window is empty. */
  quantiles(nowNs: number): { readonly p50: number; readonly p99: number } | null {
    this.turn(nowNs);
    const counts = this.recent.map((count, at) => count + (this.older[at] ?? 0));
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    return { p50: quantile(counts, total * 0.5), p99: quantile(counts, total * 0.99) };
  }

  private turn(nowNs: number): void {
    const second = Math.floor(nowNs / 1e9);
    if (second === this.second) return;
    this.older = second === this.second + 1 ? this.recent : new Uint32Array(bucketCount);
    this.recent = new Uint32Array(bucketCount);
    this.second = second;
  }
}

function quantile(counts: Uint32Array, rank: number): number {
  let seen = 0;
  for (const [bucket, count] of counts.entries()) {
    seen += count;
    if (seen >= rank && count > 0) return 0.01 * Math.exp(bucket * growth);
  }
  return 0;
}
