/**
 * The latest writes of every node, kept for those that lack some of them. Of each node they are consecutive, up to what
 * was applied; those before were dropped, or came with a whole state and were never seen one by one.
 */
import type { Write } from './messages.ts';
import { entryOf, type Vector } from './vector.ts';

/** How many writes of a node go into one message. Who lacks more asks again. */
const batchMax = 200;

export class Log {
  private readonly kept = new Map<string, Write[]>();
  private readonly keptMax: number;

  constructor(keptMax: number) {
    this.keptMax = keptMax;
  }

  /** Takes a write that was applied. O(1), but for one in `keptMax`. */
  add(write: Write): void {
    const writes = this.kept.get(write.origin) ?? [];
    writes.push(write);
    this.kept.set(write.origin, writes.length >= 2 * this.keptMax ? writes.slice(-this.keptMax) : writes);
  }

  /** The vector has grown by a whole state: the writes that led there are not known one by one. */
  jumped(before: Vector, after: Vector): void {
    for (const origin of Object.keys(after)) {
      if (entryOf(after, origin) > entryOf(before, origin)) this.kept.delete(origin);
    }
  }

  /**
   * What one that has applied `theirs` lacks of `ours`, each node's writes in order; null when some of it is not kept.
   * O(what it lacks).
   */
  lacking(theirs: Vector, ours: Vector): readonly Write[] | null {
    const found: Write[] = [];
    for (const [origin, count] of Object.entries(ours)) {
      const known = entryOf(theirs, origin);
      if (known >= count) continue;
      const writes = this.kept.get(origin) ?? [];
      const position = known - (count - writes.length);
      if (position < 0) return null;
      found.push(...writes.slice(position, position + batchMax));
    }
    return found;
  }
}
