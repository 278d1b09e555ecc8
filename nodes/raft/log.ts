/**
 * The log: consecutive entries after a base, the place up to which it has been compacted (§5.1). Appending extends the
 * shared array; truncation and compaction make a new one, so that a view handed out earlier never changes.
 */
import { assert } from '../kernel/assert.ts';
import type { Entry, Index, LogView, Term } from './messages.ts';

export class Log {
  private entries: Entry[] = [];
  private base: Index = 0;
  private termOfBase: Term = 0;

  get baseIndex(): Index {
    return this.base;
  }

  get baseTerm(): Term {
    return this.termOfBase;
  }

  get lastIndex(): Index {
    return this.base + this.entries.length;
  }

  get lastTerm(): Term {
    return this.entries.at(-1)?.term ?? this.termOfBase;
  }

  /** The term of the entry at `index`; null if it is compacted, or not there yet. */
  termAt(index: Index): Term | null {
    if (index === this.base) return this.termOfBase;
    return this.entryAt(index)?.term ?? null;
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
    assert(index > this.base, 'compacted entries are committed and stay');
    if (index > this.lastIndex) return;
    this.entries = this.entries.slice(0, index - this.base - 1);
  }

  /** Forgets the entries up to `index`, which must be one that is there. */
  compactTo(index: Index): void {
    const term = this.termAt(index);
    assert(term !== null, 'only what is there can be compacted');
    this.entries = this.entries.slice(index - this.base);
    this.base = index;
    this.termOfBase = term;
  }

  /** Starts anew after a snapshot: no entries, and `index` as base. */
  reset(index: Index, term: Term): void {
    this.entries = [];
    this.base = index;
    this.termOfBase = term;
  }

  /**
   * The last index up to `index` whose term is not above `term`: where a log that has `term` at `index` may still
   * agree with this one. Since terms never decrease along a log, everything in between can be skipped, on both sides
   * of the wire: one rejection passes over a whole term of conflicting entries (§5.3). O(entries passed over).
   */
  lastPossibleMatch(index: Index, term: Term): Index {
    let candidate = Math.min(index, this.lastIndex);
    while (candidate > this.base && (this.termAt(candidate) ?? 0) > term) candidate--;
    return candidate;
  }

  view(): LogView {
    return new View(this.base, this.termOfBase, this.entries);
  }
}

/** How many entries a view shows of itself to people; a whole log may be too long for one text. */
const shownEntriesMax = 20;

class View implements LogView {
  readonly baseIndex: Index;
  readonly baseTerm: Term;
  readonly entries: readonly Entry[];
  readonly length: number;

  constructor(baseIndex: Index, baseTerm: Term, entries: readonly Entry[]) {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.entries = entries;
    this.length = entries.length;
  }

  /** As JSON: the last entries of this moment, and none that came later into the array that is shared. */
  toJSON(): Omit<LogView, 'entries'> & { lastEntries: readonly Entry[] } {
    const { baseIndex, baseTerm, length, entries } = this;
    return { baseIndex, baseTerm, length, lastEntries: entries.slice(0, length).slice(-shownEntriesMax) };
  }
}
