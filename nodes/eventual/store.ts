/**
 * What a replica holds: the versions of every key, a hash of each, and hashes of buckets of keys that tell in a few
 * numbers whether two replicas hold the same (in the manner of Merkle trees, with one level). All hashes are kept up to
 * date at every change, in O(versions of the key).
 */
import { hashOf, hexOf, noHash, toggled, type Hash } from './hash.ts';
import type { Entries } from './messages.ts';
import { textOfVersion, valuesOf, type Versions } from './versions.ts';

export const bucketCount = 64;

interface Item {
  readonly versions: Versions;
  readonly hash: Hash;
  readonly bucket: number;
  /** The number of the change that made it so. */
  readonly changedAt: number;
}

export class Store {
  /** Counted up by every change of a key; means nothing outside of this incarnation. */
  changes = 0;
  deleted = 0;
  conflicts = 0;
  private readonly items = new Map<string, Item>();
  private readonly buckets: Hash[] = Array.from({ length: bucketCount }, () => noHash);

  get size(): number {
    return this.items.size;
  }

  versionsOf(key: string): Versions {
    return this.items.get(key)?.versions ?? [];
  }

  /** No versions at all forget the key. */
  set(key: string, versions: Versions): void {
    const before = this.items.get(key);
    const bucket = before?.bucket ?? bucketOf(key);
    if (before !== undefined) this.count(before, -1);
    const hash = hashOf(textOf(key, versions));
    const item: Item = { versions, hash, bucket, changedAt: ++this.changes };
    if (versions.length === 0) this.items.delete(key);
    else {
      this.items.set(key, item);
      this.count(item, 1);
    }
  }

  /** Everything, or what `isWanted`. O(keys). */
  entries(isWanted: (key: string) => boolean = () => true): Entries {
    return [...this.items].flatMap(([key, { versions }]) =>
      isWanted(key) ? [[key, versions] as const] : [],
    );
  }

  /** Whether the key has changed since that change. */
  hasChangedSince(key: string, change: number): boolean {
    return (this.items.get(key)?.changedAt ?? 0) > change;
  }

  hashOfKey(key: string): string | undefined {
    const item = this.items.get(key);
    return item && hexOf(item.hash);
  }

  /** The bucket of a key that is there. */
  bucketOf(key: string): number {
    return this.items.get(key)?.bucket ?? bucketOf(key);
  }

  bucketHashes(): readonly string[] {
    return this.buckets.map(hexOf);
  }

  /** The keys in these buckets, with their hashes. O(keys). */
  hashesIn(buckets: readonly number[]): readonly (readonly [key: string, hash: string])[] {
    const isWanted = new Set(buckets);
    return [...this.items].flatMap(([key, { bucket, hash }]) =>
      isWanted.has(bucket) ? [[key, hexOf(hash)] as const] : [],
    );
  }

  /** Adds an item to what is known of all, or takes it away. */
  private count({ versions, hash, bucket }: Item, sign: 1 | -1): void {
    const values = valuesOf(versions).length;
    if (values === 0) this.deleted += sign;
    if (values > 1) this.conflicts += sign;
    this.buckets[bucket] = toggled(this.buckets[bucket] ?? noHash, hash);
  }
}

function bucketOf(key: string): number {
  return hashOf(key)[0] % bucketCount;
}

/** One text for the same versions of the same key. */
function textOf(key: string, versions: Versions): string {
  return JSON.stringify([key, ...versions.map(textOfVersion)]);
}
