/**
 * An order in which every operation comes after what it depends on: the operation before it in its session, the write
 * that it read from, and whatever else is asked. Kahn's algorithm, with a place in each session instead of counters.
 *
 * It follows the order of invocations as far as it can, so that operations that depend on each other stand close
 * together in it, and in memory.
 */
import type { Budget } from '../checker.ts';
import { none, type ReadsFrom } from '../readsFrom.ts';
import { listsBy, type Edges, type Lists } from './edges.ts';

/** How many operations are looked at between two questions to the budget. */
export const stepsPerSpend = 4_096;

export interface Order {
  /** The operations that depend on no cycle, each after what it depends on. */
  readonly sequence: Int32Array;
  /** By session: its first operation that depends on a cycle, or the end of the session. */
  readonly reached: Int32Array;
}

/** Orders all operations that can be ordered; undefined when the budget is used up. O(operations + edges). */
export function orderOf(readsFrom: ReadsFrom, edges: Edges | undefined, budget: Budget): Order | undefined {
  const ordering = new Ordering(readsFrom, edges);
  const { byStart, session } = readsFrom;
  for (let at = 0; at < byStart.length; at++) {
    const id = byStart[at] ?? 0;
    ordering.advance(session[id] ?? 0, at);
    if (at % stepsPerSpend === 0 && !budget.spend(stepsPerSpend)) return undefined;
  }
  return { sequence: ordering.sequence.subarray(0, ordering.length), reached: ordering.reached };
}

class Ordering {
  length = 0;
  readonly sequence: Int32Array;
  readonly reached: Int32Array;
  private readonly readsFrom: ReadsFrom;
  private readonly edges: Edges | undefined;
  /** The edges that lead to each operation. */
  private readonly incoming: Lists | undefined;
  /** By session: how many of those of its next operation are satisfied. */
  private readonly satisfied: Int32Array;
  private readonly isDone: Uint8Array;
  /** Place of each operation in the order of invocations. */
  private readonly place: Int32Array;
  /** By operation: the last session that waits for it; by session: the one that waits for the same operation before it. */
  private readonly waiting: Int32Array;
  private readonly nextWaiting: Int32Array;
  private readonly isWaiting: Uint8Array;
  private readonly ready: Int32Array;
  private readyCount = 0;

  constructor(readsFrom: ReadsFrom, edges: Edges | undefined) {
    const { length, sessionCount, sessionStart, byStart } = readsFrom;
    this.readsFrom = readsFrom;
    this.edges = edges;
    this.incoming = edges && listsBy(edges.after.filled(), length);
    this.sequence = new Int32Array(length);
    this.reached = sessionStart.slice(0, sessionCount);
    this.satisfied = new Int32Array(sessionCount);
    this.isDone = new Uint8Array(length);
    this.place = new Int32Array(length);
    for (let at = 0; at < length; at++) this.place[byStart[at] ?? 0] = at;
    this.waiting = new Int32Array(length).fill(none);
    this.nextWaiting = new Int32Array(sessionCount).fill(none);
    this.isWaiting = new Uint8Array(sessionCount);
    // A session stands at most once in it: it waits for one operation at a time.
    this.ready = new Int32Array(sessionCount + 1);
  }

  /** Orders the operations of a session that were invoked up to this place, and those of others that waited for them. */
  advance(session: number, placeMax: number): void {
    if (this.isWaiting[session] === 1) return;
    this.ready[this.readyCount++] = session;
    while (this.readyCount > 0) this.advanceOne(this.ready[--this.readyCount] ?? 0, placeMax);
  }

  private advanceOne(session: number, placeMax: number): void {
    const end = this.readsFrom.sessionStart[session + 1] ?? 0;
    for (let id = this.reached[session] ?? 0; id < end && (this.place[id] ?? 0) <= placeMax; id++) {
      const missing = this.missingBefore(id, session);
      if (missing !== none) {
        this.nextWaiting[session] = this.waiting[missing] ?? none;
        this.waiting[missing] = session;
        this.isWaiting[session] = 1;
        return;
      }
      this.isDone[id] = 1;
      this.sequence[this.length++] = id;
      this.reached[session] = id + 1;
      this.satisfied[session] = 0;
      this.wake(id);
    }
  }

  private wake(id: number): void {
    for (let other = this.waiting[id] ?? none; other !== none; other = this.nextWaiting[other] ?? none) {
      this.isWaiting[other] = 0;
      this.ready[this.readyCount++] = other;
    }
    this.waiting[id] = none;
  }

  /** Something that this operation depends on and that is not ordered yet, or `none`. */
  private missingBefore(id: number, session: number): number {
    const source = this.readsFrom.from[id] ?? none;
    if (source >= 0 && this.isDone[source] === 0) return source;
    if (!this.incoming || !this.edges) return none;
    const { start, items } = this.incoming;
    const first = start[id] ?? 0;
    const count = (start[id + 1] ?? 0) - first;
    for (let at = this.satisfied[session] ?? 0; at < count; at++) {
      const before = this.edges.before.at(items[first + at] ?? 0) ?? none;
      if (this.isDone[before] === 0) {
        this.satisfied[session] = at;
        return before;
      }
    }
    return none;
  }
}
