/**
 * Hinted handoff (DeCandia et al. 2007, §4.6): versions that other nodes should hold and may not hold yet, the newest of
 * each key. A coordinator keeps one for every other replica from the moment it issues a version until that replica says
 * that it holds it; a node that stands in for a replica keeps one, too. Delivering one twice does no harm, so that a
 * restart may bring back hints that were delivered long ago.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Timestamp, Version } from './messages.ts';
import { compareTimestamps, compareVersions } from './timestamps.ts';

/** So many hints are under way to a node at a time. */
const batchMax = 64;

interface Kept {
  readonly versions: Map<string, Version>;
  /** Hints that were sent and not answered yet. */
  awaited: number;
}

export class HandoffHints {
  private readonly kept = new Map<NodeId, Kept>();

  get size(): number {
    let size = 0;
    for (const { versions } of this.kept.values()) size += versions.size;
    return size;
  }

  /** Whether it was newer than what was kept. */
  add(node: NodeId, key: string, version: Version): boolean {
    const kept = this.kept.get(node) ?? { versions: new Map<string, Version>(), awaited: 0 };
    if (compareVersions(version, kept.versions.get(key) ?? null) <= 0) return false;
    this.kept.set(node, kept);
    kept.versions.set(key, version);
    return true;
  }

  /**
   * The node holds this key at this timestamp or a later one. The timestamp of the hint that is dropped, if one is; and
   * whether the node has answered all that it was sent, so that it may be sent more.
   */
  drop(
    node: NodeId,
    key: string,
    timestamp: Timestamp,
  ): { readonly dropped: Timestamp; readonly isReady: boolean } | null {
    const kept = this.kept.get(node);
    const version = kept?.versions.get(key);
    if (kept === undefined || version === undefined) return null;
    if (compareTimestamps(version.timestamp, timestamp) > 0) return null;
    kept.versions.delete(key);
    const isLast = kept.awaited === 1;
    kept.awaited = Math.max(0, kept.awaited - 1);
    if (kept.versions.size === 0) this.kept.delete(node);
    return { dropped: version.timestamp, isReady: isLast };
  }

  /** The next hints of a node, the oldest first. */
  batch(node: NodeId): readonly (readonly [key: string, version: Version])[] {
    const kept = this.kept.get(node);
    if (kept === undefined) return [];
    const batch: (readonly [string, Version])[] = [];
    for (const entry of kept.versions) {
      if (batch.length === batchMax) break;
      batch.push(entry);
    }
    kept.awaited = batch.length;
    return batch;
  }

  get nodes(): readonly NodeId[] {
    return [...this.kept.keys()];
  }

  /** The newest version of a key that is kept for anybody; null when there is none. O(nodes). */
  newestOf(key: string): Version | null {
    let found: Version | null = null;
    for (const { versions } of this.kept.values()) {
      const version = versions.get(key) ?? null;
      if (compareVersions(version, found) > 0) found = version;
    }
    return found;
  }

  entries(): readonly { readonly node: NodeId; readonly key: string; readonly version: Version }[] {
    return [...this.kept].flatMap(([node, { versions }]) =>
      [...versions].map(([key, version]) => ({ node, key, version })),
    );
  }
}
