/**
 * Writes that came before something on which they depend. Of each origin only so many are taken: what is dropped comes
 * again by anti-entropy, so a node that was away for long does not fill its memory with what it cannot use yet.
 */
import type { Write } from './messages.ts';
import { entryOf, type Vector } from './vector.ts';

/** How far ahead of what was applied a write of a node may be. */
const windowMax = 1000;

export class Buffer {
  size = 0;
  /** By origin, in order of their sequence numbers, each once. */
  private readonly waiting = new Map<string, Write[]>();

  /** Takes a write that was not applied yet. O(1) where writes come in order. */
  add(write: Write, applied: Vector): void {
    const { origin, sequence } = write;
    if (sequence <= entryOf(applied, origin) || sequence > entryOf(applied, origin) + windowMax) return;
    const writes = this.waiting.get(origin) ?? [];
    const before = writes.findLastIndex((other) => other.sequence <= sequence);
    if (writes[before]?.sequence === sequence) return;
    writes.splice(before + 1, 0, write);
    this.waiting.set(origin, writes);
    this.size++;
  }

  /** Takes out a write for which that holds, the first of its origin; null when there is none. O(nodes). */
  next(isApplicable: (write: Write) => boolean): Write | null {
    for (const writes of this.waiting.values()) {
      const [first] = writes;
      if (first === undefined || !isApplicable(first)) continue;
      writes.shift();
      this.size--;
      return first;
    }
    return null;
  }

  /** Forgets what has been applied by other ways. */
  dropApplied(applied: Vector): void {
    for (const [origin, writes] of this.waiting) {
      const left = writes.filter(({ sequence }) => sequence > entryOf(applied, origin));
      this.size -= writes.length - left.length;
      this.waiting.set(origin, left);
    }
  }
}
