/** Sets of small integers as words of 32 bits, and the hashes that are XORed into the hash of such a set. */

export function setBit(set: Int32Array, index: number): void {
  set[index >>> 5] = (set[index >>> 5] as number) | (1 << (index & 31));
}

export function clearBit(set: Int32Array, index: number): void {
  set[index >>> 5] = (set[index >>> 5] as number) & ~(1 << (index & 31));
}

export function hasBit(set: Int32Array, index: number): boolean {
  return ((set[index >>> 5] as number) & (1 << (index & 31))) !== 0;
}

/** The number of ones of a word. */
export function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A well mixed word for an element (the finalizer of MurmurHash3). The hash of a set is the XOR over its elements. */
export function hashOf(element: number): number {
  let hash = element + 1;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
