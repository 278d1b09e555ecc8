/**
 * What one session has seen, and in which order: the fix-point behind causal memory and PRAM (happens-before of a
 * session, Bouajjani et al., POPL 2017, definition of HB; for PRAM the same over the order of sessions alone).
 *
 * A session that reads x from w2 after it has seen another write w1 of x must have seen w1 before w2. So whatever
 * contains w2 contains w1, and all that w1 depends on; which may show that an earlier read had seen more than one
 * thought, and so on. A set of operations that contains all that its members depend on is a row of bounds, one a
 * session. `implied` of w2 is the row of what must come before w2 for this reason alone.
 *
 * Nothing can be wrong but this: a read of the initial value after a write of its key (WriteHBInitRead), a write that
 * must come before itself, or a read of what the session writes only later (both CyclicHB).
 */
import type { Budget } from '../checker.ts';
import { fromInitial, none, readsNothing, type ReadsFrom } from '../readsFrom.ts';
import { Edges } from './edges.ts';
import type { KeyWrites } from './keyWrites.ts';
import { Implications, raise } from './implications.ts';

/** What operations of others depend on. */
export interface Dependencies {
  /** The sessions that this session can have seen anything of, itself included, ascending. */
  sessionsSeenBy(session: number): Int32Array;
  /** Raises the bounds in `row` to what `id` depends on, itself included. */
  raise(row: Int32Array, columnOf: Int32Array, id: number): void;
}

/** Why the view of a session makes no sense. */
export type Contradiction =
  | { readonly kind: 'future'; readonly write: number; readonly read: number }
  | { readonly kind: 'initial'; readonly write: number; readonly read: number }
  | { readonly kind: 'cycle'; readonly write: number };

export interface View {
  readonly session: number;
  /** From w1 to w2, because of the read. */
  readonly edges: Edges;
  readonly contradiction: Contradiction | undefined;
}

/** What makes a view; `columnOf` has room for every session, and is all `none`. */
export interface ViewInput {
  readonly readsFrom: ReadsFrom;
  readonly keyWrites: KeyWrites;
  readonly dependencies: Dependencies;
  readonly columnOf: Int32Array;
}

/** More bounds of one session than this (96 MB) are not kept. */
const boundsMax = 24 * 1024 * 1024;

/** The view of a session; undefined when the budget is used up, `too-large` when it does not fit into memory. */
export function viewOf(input: ViewInput, session: number, budget: Budget): View | 'too-large' | undefined {
  const reads = readsOf(input.readsFrom, session);
  const columns = input.dependencies.sessionsSeenBy(session);
  if (reads.length * columns.length > boundsMax) return 'too-large';
  for (let at = 0; at < columns.length; at++) input.columnOf[columns[at] ?? 0] = at;
  const saturation = new Saturation(input, session, reads, columns);
  const isDecided = saturation.run(budget);
  for (const column of columns) input.columnOf[column] = none;
  const { edges, contradiction } = saturation;
  return isDecided ? { session, edges, contradiction } : undefined;
}

function readsOf({ sessionStart, from }: ReadsFrom, session: number): Int32Array {
  const first = sessionStart[session] ?? 0;
  const end = sessionStart[session + 1] ?? 0;
  const reads = new Int32Array(end - first);
  let count = 0;
  for (let id = first; id < end; id++) if (from[id] !== readsNothing) reads[count++] = id;
  return reads.subarray(0, count);
}

class Saturation {
  readonly edges = new Edges();
  contradiction: Contradiction | undefined;
  private readonly input: ViewInput;
  private readonly session: number;
  private readonly reads: Int32Array;
  private readonly columns: Int32Array;
  private readonly width: number;
  /** A row a read: what it depends on, itself not counted. */
  private readonly seen: Int32Array;
  private readonly implications: Implications;
  /** A row for what one write depends on, itself included. */
  private readonly past: Int32Array;
  private hasChanged = false;

  constructor(input: ViewInput, session: number, reads: Int32Array, columns: Int32Array) {
    this.input = input;
    this.session = session;
    this.reads = reads;
    this.columns = columns;
    this.width = columns.length;
    this.seen = new Int32Array(reads.length * columns.length);
    this.past = new Int32Array(columns.length);
    this.implications = new Implications(columns, input.readsFrom.session, input.columnOf);
  }

  /** False when the budget is used up. */
  run(budget: Budget): boolean {
    do {
      this.hasChanged = false;
      const cyclic = this.implications.settle(budget);
      if (cyclic === 'budget') return false;
      if (cyclic !== none) {
        this.contradiction = { kind: 'cycle', write: cyclic };
        return true;
      }
      for (let at = 0; at < this.reads.length && !this.contradiction; at++) {
        if (!budget.spend(1 + (this.width >>> 3))) return false;
        this.see(at);
        if (!this.contradiction) this.require(at);
      }
    } while (this.hasChanged && !this.contradiction);
    return true;
  }

  /** Gathers what a read has seen: what the one before it has, what it depends on, and what that implies. */
  private see(at: number): void {
    const { width } = this;
    const id = this.reads[at] ?? 0;
    const row = this.seen.subarray(at * width, (at + 1) * width);
    if (at === 0) row.fill(0);
    else row.set(this.seen.subarray((at - 1) * width, at * width));
    const source = this.input.readsFrom.from[id] ?? none;
    this.implications.begin(row);
    if (source >= id && this.input.readsFrom.session[source] === this.session)
      this.contradiction = { kind: 'future', write: source, read: id };
    if (source >= 0) this.input.dependencies.raise(row, this.input.columnOf, source);
    const own = this.ownColumn();
    if (own !== none && (row[own] ?? 0) < id) row[own] = id;
    // A cas reads and writes in one step: what comes before its write comes before its read.
    const before = this.implications.of(id);
    if (before) raise(row, before);
    this.implications.close(row);
  }

  /** Whatever else of its key a read has seen comes before the write that it read from. */
  private require(at: number): void {
    const { readsFrom, keyWrites } = this.input;
    const id = this.reads[at] ?? 0;
    const write = readsFrom.from[id] ?? none;
    const key = readsFrom.key[id] ?? 0;
    if (write !== fromInitial) this.gatherPast(write);
    else this.past.fill(0);
    let before = write === fromInitial ? undefined : this.implications.of(write);
    for (let column = 0; column < this.width; column++) {
      const until = this.seen[at * this.width + column] ?? 0;
      const first = readsFrom.sessionStart[this.columns[column] ?? 0] ?? 0;
      const since = Math.max(first, this.past[column] ?? 0, before?.[column] ?? 0);
      if (until <= since) continue;
      const other = keyWrites.lastWithin(key, since, until);
      if (other === none) continue;
      if (write === fromInitial) {
        this.contradiction = { kind: 'initial', write: other, read: id };
        return;
      }
      this.edges.add(other, write, id);
      this.imply(other, write);
      before = this.implications.of(write);
    }
  }

  private imply(earlier: number, later: number): void {
    this.gatherPast(earlier);
    this.implications.add(later, this.past);
    // The caller goes on with what the later one depends on.
    this.gatherPast(later);
    this.hasChanged = true;
  }

  /** Fills `past` with what a write depends on, itself included. */
  private gatherPast(write: number): void {
    const { readsFrom, dependencies, columnOf } = this.input;
    this.past.fill(0);
    if (readsFrom.session[write] !== this.session) {
      dependencies.raise(this.past, columnOf, write);
      return;
    }
    const at = lastAtMost(this.reads, write);
    if (at >= 0) this.past.set(this.seen.subarray(at * this.width, (at + 1) * this.width));
    const own = this.ownColumn();
    if (own !== none) this.past[own] = Math.max(this.past[own] ?? 0, write + 1);
  }

  private ownColumn(): number {
    return this.input.columnOf[this.session] ?? none;
  }
}

/** The place of the greatest of ascending ids that is at most `id`, or −1. */
function lastAtMost(ids: Int32Array, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
