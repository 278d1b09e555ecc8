/**
 * A replicated log: consecutive entries after a base, the place up to which a snapshot stands for them. Appending extends
 * the shared array; truncation and compaction make a new one, so that a view handed out earlier never changes.
 */
import { assert } from '../kernel/assert.ts';

/** A position in the log, from 1; 0 stands for "before the first entry". */
export type Index = number;
/** Numbers the leaders, in the order in which they lead: that of an entry is its leader's. */
export type Term = number;

/** What a log knows of an entry. Each model has its own word for the term, and says how it is read. */
export interface LogEntry {
  readonly index: Index;
  readonly command: unknown;
}
type TermOf<E> = (entry: E) => Term;

export class Log<E extends LogEntry> {
  private readonly termOf: TermOf<E>;
  private entries: E[] = [];
  private base: Index = 0;
  private termOfBase: Term = 0;

  constructor(termOf: TermOf<E>) {
    this.termOf = termOf;
  }

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
    const last = this.entries.at(-1);
    return last === undefined ? this.termOfBase : this.termOf(last);
  }

  /** The term of the entry at `index`; null if it is compacted, or not there yet. */
  termAt(index: Index): Term | null {
    if (index === this.base) return this.termOfBase;
    const entry = this.entryAt(index);
    return entry === undefined ? null : this.termOf(entry);
  }

  entryAt(index: Index): E | undefined {
    return index > this.base ? this.entries[index - this.base - 1] : undefined;
  }

  /** At most `count` entries from `from` on, which must not be compacted. */
  slice(from: Index, count: number): E[] {
    assert(from > this.base, 'entries that are compacted cannot be read');
    const start = from - this.base - 1;
    return this.entries.slice(start, start + count);
  }

  /** Adds entries at the end; the first must follow the last one there is. */
  append(entries: readonly E[]): void {
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
   * of the wire: one rejection passes over a whole term of conflicting entries (Ongaro §3.5). O(entries passed over).
   */
  lastPossibleMatch(index: Index, term: Term): Index {
    let candidate = Math.min(index, this.lastIndex);
    while (candidate > this.base && (this.termAt(candidate) ?? 0) > term) candidate--;
    return candidate;
  }

  /** O(1): it shares the entries. */
  view(): LogView<E> {
    return new LogView(this.base, this.termOfBase, this.entries, this.termOf);
  }
}

/** How many entries a view shows of itself to people; a whole log may be too long for one text. */
const shownEntriesMax = 20;

/** A log as it was at one moment. The array of its entries may have grown since: only the first `length` ones count. */
export class LogView<E extends LogEntry> {
  readonly baseIndex: Index;
  readonly baseTerm: Term;
  readonly length: number;
  private readonly shared: readonly E[];
  private readonly termOf: TermOf<E>;

  constructor(baseIndex: Index, baseTerm: Term, entries: readonly E[], termOf: TermOf<E>) {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.length = entries.length;
    this.shared = entries;
    this.termOf = termOf;
  }

  get lastIndex(): Index {
    return this.baseIndex + this.length;
  }

  /** A copy of the entries of that moment. */
  get entries(): readonly E[] {
    return this.shared.slice(0, this.length);
  }

  entryAt(index: Index): E | undefined {
    return index > this.baseIndex && index <= this.lastIndex
      ? this.shared[index - this.baseIndex - 1]
      : undefined;
  }

  /** The term at `index`; null if it is compacted, or not there. */
  termAt(index: Index): Term | null {
    if (index === this.baseIndex) return this.baseTerm;
    const entry = this.entryAt(index);
    return entry === undefined ? null : this.termOf(entry);
  }

  /**
   * The first index from which this log may differ from what it was `before`: past the end of `before` if it was only
   * appended to. O(1) unless it was truncated, compacted or read from the journal since; then O(entries).
   */
  firstChangeSince(before: LogView<E>): Index {
    if (before.shared === this.shared) return before.lastIndex + 1;
    const last = Math.min(before.lastIndex, this.lastIndex);
    let index = Math.max(before.baseIndex, this.baseIndex) + 1;
    while (index <= last && before.entryAt(index) === this.entryAt(index)) index++;
    return index;
  }

  /** As JSON: the last entries of this moment, and none that came later into the array that is shared. */
  toJSON(): object {
    const { baseIndex, baseTerm, length } = this;
    const lastEntries = this.shared.slice(Math.max(0, length - shownEntriesMax), length);
    return { baseIndex, baseTerm, length, lastEntries };
  }
}
