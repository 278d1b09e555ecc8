/**
 * How long things take in simulated time. Distributions are tables of integers: the logarithms of the mathematical
 * library are not the same on every engine, and a seed must mean the same run everywhere.
 */
import type { Prng } from '../../nodes/kernel/prng.ts';

/** `minUs`, plus an exponential part of mean `meanUs`, which once in a while is twenty times as long. */
export interface Latency {
  readonly minUs: number;
  readonly meanUs: number;
  /** Probability of the long tail. */
  readonly tailRatio: number;
}

/** Quantiles (i + ½)/64 of the exponential distribution of mean 1, times 256. */
const exponential = [
  2, 6, 10, 14, 19, 23, 27, 32, 36, 41, 46, 51, 56, 61, 66, 71, 76, 82, 87, 93, 99, 105, 111, 117, 124, 130,
  137, 144, 151, 158, 166, 173, 181, 190, 198, 207, 216, 226, 236, 246, 256, 268, 279, 291, 304, 318, 332,
  347, 363, 380, 398, 418, 439, 463, 488, 517, 549, 585, 628, 680, 744, 830, 961, 1242,
] as const;

const tailFactor = 20;

/** One draw, at least a microsecond: nothing that crosses a wire or a disk takes no time. */
export function drawUs(latency: Latency, prng: Prng): number {
  const quantile = exponential[prng.int(0, exponential.length)] ?? 0;
  const isLong = latency.tailRatio > 0 && prng.chance(latency.tailRatio);
  const mean = isLong ? latency.meanUs * tailFactor : latency.meanUs;
  return Math.max(1, latency.minUs + ((mean * quantile) >>> 8));
}
