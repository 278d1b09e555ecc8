/**
 * The log: consecutive entries after a base, the place up to which a snapshot stands for them. Appending extends the
 * shared array; truncation and compaction make a new one, so that a view handed out earlier never changes.
 */
import { assert } from '../kernel/assert.ts';
import type { Entry, Epoch, Index, LogEnd, LogView } from './messages.ts';

export class Log {
  private entries: Entry[] = [];
  private base: Index = 0;
  private epochOfBase: Epoch = 0;

  get baseIndex(): Index {
    return this.base;
  }

  get baseEpoch(): Epoch {
    return this.epochOfBase;
  }

  get lastIndex(): Index {
    return this.base + this.entries.length;
  }

  get end(): LogEnd {
    return { lastEpoch: this.entries.at(-1)?.epoch ?? this.epochOfBase, lastIndex: this.lastIndex };
  }

  /** The epoch of the entry at `index`; null if it is compacted, or not there yet. */
  epochAt(index: Index): Epoch | null {
    if (index === this.base) return this.epochOfBase;
    return this.entryAt(index)?.epoch ?? null;
  }

  entryAt(index: Index): Entry | undefined {
    return index > this.base ? this.entries[index - this.base - 1] : undefined;
  }

  /** At most `count` entries from `from` on, which must not be compacted. */
  slice(from: Index, count: number): Entry[] {
    assert(from > this.base, 'entries that are compacted cannot be read');
    const start = from - this.base - 1;
    return this.entries.slice(start, start + count);
  }

  /** Adds entries at the end; the first must follow the last one there is. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, 'a log has no gaps');
      this.entries.push(entry);
    }
  }

  /** Takes away the entry at `index` and all after it. */
  truncateFrom(index: Index): void {
    assert(index > this.base, 'what is compacted is safe and stays');
    if (index > this.lastIndex) return;
    this.entries = this.entries.slice(0, index - this.base - 1);
  }

  /** Forgets the entries up to `index`, which must be one that is there. */
  compactTo(index: Index): void {
    const epoch = this.epochAt(index);
    assert(epoch !== null, 'only what is there can be compacted');
    this.entries = this.entries.slice(index - this.base);
    this.base = index;
    this.epochOfBase = epoch;
  }

  /** Starts anew after a snapshot: no entries, and `index` as base. */
  reset(index: Index, epoch: Epoch): void {
    this.entries = [];
    this.base = index;
    this.epochOfBase = epoch;
  }

  /**
   * The last index up to `index` whose epoch is not above `epoch`: where a log that has `epoch` at `index` may still
   * agree with this one. Epochs never decrease along a log, so one mismatch passes over a whole epoch. O(entries passed).
   */
  lastPossibleMatch(index: Index, epoch: Epoch): Index {
    let candidate = Math.min(index, this.lastIndex);
    while (candidate > this.base && (this.epochAt(candidate) ?? 0) > epoch) candidate--;
    return candidate;
  }

  view(): LogView {
    return new View(this.base, this.epochOfBase, this.entries);
  }
}

/** How many entries a view shows of itself to people; a whole log may be too long for one text. */
const shownEntriesMax = 20;

class View implements LogView {
  readonly baseIndex: Index;
  readonly baseEpoch: Epoch;
  readonly entries: readonly Entry[];
  readonly length: number;

  constructor(baseIndex: Index, baseEpoch: Epoch, entries: readonly Entry[]) {
    this.baseIndex = baseIndex;
    this.baseEpoch = baseEpoch;
    this.entries = entries;
    this.length = entries.length;
  }

  /** As JSON: the last entries of this moment, and none that came later into the array that is shared. */
  toJSON(): Omit<LogView, 'entries'> & { lastEntries: readonly Entry[] } {
    const { baseIndex, baseEpoch, length, entries } = this;
    return { baseIndex, baseEpoch, length, lastEntries: entries.slice(0, length).slice(-shownEntriesMax) };
  }
}
