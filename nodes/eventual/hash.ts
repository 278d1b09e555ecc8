/**
 * Hashes that tell whether two replicas hold the same: 64 bits, so that two states of a key that differ hardly ever
 * look equal. Two lanes of FNV-1a over UTF-16 code units, with an avalanche at the end, since sums of hashes are taken
 * by exclusive or. Against accidents, not against enemies.
 */

export type Hash = readonly [high: number, low: number];

/** Of nothing at all. */
export const noHash: Hash = [0, 0];

/** O(length). */
export function hashOf(text: string): Hash {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul((low << 5) ^ (low >>> 27) ^ unit, 0x85ebca6b);
  }
  return [avalanche(high), avalanche(low ^ high)];
}

/** Adds a hash to a sum of hashes, or takes it out again. */
export function toggled([high, low]: Hash, [otherHigh, otherLow]: Hash): Hash {
  return [(high ^ otherHigh) >>> 0, (low ^ otherLow) >>> 0];
}

export function hexOf([high, low]: Hash): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** The end of murmur3: every bit of the input moves half of the output. */
function avalanche(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
