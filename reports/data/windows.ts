/** A run cut into windows of equal length: how many operations ended in each, how, and how long the good ones took. */
import type { TimedOperation } from './view.ts';

export interface Window {
  readonly fromNs: number;
  readonly toNs: number;
  /** The same for all windows, though the last one may be cut: a rate over a sliver of time would mean nothing. */
  readonly lengthNs: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Latencies of the `ok` operations, ascending. */
  readonly latenciesNs: Float64Array;
}

const windowsMax = 80;
const windowShortestNs = 100e6;
const niceSteps = [1, 2, 2.5, 5, 10];

/** Windows of a round length, at most eighty of them. Open operations never ended, so they are in none. */
export function windowsOf(operations: readonly TimedOperation[], endNs: number): Window[] {
  const lengthNs = roundLengthNs(endNs);
  const number = Math.max(1, Math.ceil(endNs / lengthNs));
  const tallies = Array.from({ length: number }, () => ({ ok: [] as number[], fail: 0, info: 0 }));
  for (const { startNs, endNs: operationEndNs, outcome } of operations) {
    const tally = tallies[Math.min(number - 1, Math.floor(operationEndNs / lengthNs))];
    if (!tally || outcome === 'open') continue;
    if (outcome === 'ok') tally.ok.push(operationEndNs - startNs);
    else tally[outcome] += 1;
  }
  return tallies.map(({ ok, fail, info }, at) => ({
    fromNs: at * lengthNs,
    toNs: Math.min(endNs, (at + 1) * lengthNs),
    lengthNs,
    ok: ok.length,
    fail,
    info,
    latenciesNs: Float64Array.from(ok).sort(),
  }));
}

/** The nearest-rank quantile of ascending values; null of none. */
export function quantile(ascending: Float64Array, share: number): number | null {
  const rank = Math.max(0, Math.ceil(share * ascending.length) - 1);
  return ascending[rank] ?? null;
}

function roundLengthNs(endNs: number): number {
  const least = Math.max(windowShortestNs, endNs / windowsMax);
  const magnitude = 10 ** Math.floor(Math.log10(least));
  const step = niceSteps.find((candidate) => candidate * magnitude >= least * (1 - 1e-9)) ?? 10;
  return step * magnitude;
}
