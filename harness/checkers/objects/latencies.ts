/** Quantiles of latencies, for stats. */
import { Growing } from '../../columns/growing.ts';

const quantiles = [0.5, 0.95, 0.99, 1];

export class Latencies {
  private readonly ms = new Growing(Float64Array);

  /** A span between two times in nanoseconds; times are advisory, so one that runs backwards counts as none. */
  add(fromNs: number, toNs: number): void {
    this.ms.push(Math.max(0, toNs - fromNs) / 1e6);
  }

  /** `<name>P50`, `P95`, `P99` and `P100`; nothing when there are none. O(n log n). */
  stats(name: string): Record<string, number> {
    const sorted = this.ms.filled().slice().sort();
    if (sorted.length === 0) return {};
    return Object.fromEntries(
      quantiles.map((quantile) => {
        const at = Math.min(sorted.length - 1, Math.floor(sorted.length * quantile));
        return [`${name}P${quantile * 100}`, sorted[at] ?? 0];
      }),
    );
  }
}
