/**
 * A Merkle tree over hashed ranges of keys (DeCandia et al. 2007, §4.7): two replicas with the same digest at the root
 * hold the same, and those that differ find the few leaves that do in as many exchanges as there are levels.
 *
 *     level 0                 root
 *     level 1       place 0 … place 31
 *     level 2    32 places each: 1024 leaves, by the first ten bits of the hash of a key
 *
 * A leaf is the exclusive or of the digests of its versions, so that a write costs O(1); what lies above is hashed from
 * its children when it is asked for, and only if something below has changed.
 */
import type { Version } from './messages.ts';
import { digestOf, hash32 } from './hash.ts';

/** Children of a place. */
export const fanOut = 32;
/** The level of the leaves. */
export const leafLevel = 2;
const leafCount = fanOut ** leafLevel;
const lowBits = 2 ** 32;

/** Which leaf a key belongs to. */
export function leafOf(key: string): number {
  return hash32(key, 0x51ed270b) >>> 22;
}

/** A digest of all that there is to know of a version. */
export function versionDigest(key: string, { timestamp, value }: Version): number {
  return digestOf(JSON.stringify([key, timestamp, value]));
}

export class MerkleTree {
  // Digests have 53 bits, of which the bitwise operators of the language only take 32.
  private readonly high = new Uint32Array(leafCount);
  private readonly low = new Uint32Array(leafCount);
  /** Digests of level 1; null where a leaf below has changed since. */
  private readonly inner: (number | null)[] = Array.from({ length: fanOut }, () => null);

  /** Adds a version, or takes one away: the same operation. O(1). */
  toggle(key: string, digest: number): void {
    const leaf = leafOf(key);
    this.high[leaf] = (this.high[leaf] ?? 0) ^ Math.floor(digest / lowBits);
    this.low[leaf] = (this.low[leaf] ?? 0) ^ (digest % lowBits);
    this.inner[Math.floor(leaf / fanOut)] = null;
  }

  /** The digest of a place. O(fan-out) for each place below that has changed. */
  digest(level: number, place: number): number {
    if (level === leafLevel) return (this.high[place] ?? 0) * lowBits + (this.low[place] ?? 0);
    if (level === 0) return this.digestOfChildren(level, place);
    return (this.inner[place] ??= this.digestOfChildren(level, place));
  }

  private digestOfChildren(level: number, place: number): number {
    const children = childrenOf(place).map((child) => this.digest(level + 1, child));
    return digestOf(children.join());
  }
}

/** The places below a place, on the next level. */
export function childrenOf(place: number): readonly number[] {
  return Array.from({ length: fanOut }, (_, at) => place * fanOut + at);
}
