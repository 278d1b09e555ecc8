/**
 * The window in which a search works: which operations may take effect while a completion is still to be reached.
 *
 * Mandatory operations (completed ones) are numbered by their completion, so an operation's number is its deadline. In
 * flight it holds a slot, which the next one takes over after its completion: a set of operations in flight is a mask
 * of as many bits as were ever in flight together, however long the history is.
 */
import { never } from '../../columns/operations.ts';
import type { MemoryAllowance } from './automaton.ts';
import { lengthened } from './arrays.ts';
import type { Problem } from './problem.ts';

export class Window {
  /** How many mandatory operations there are. */
  readonly count: number;
  /** By number: the place in the problem, and what stands there. */
  readonly place: Int32Array;
  readonly code: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly slot: Int32Array;
  /** Words of a mask of slots. */
  slotWords = 0;
  /** For each number r, in `inFlight` from `flightAt[r]` to `flightAt[r + 1]`: who may take effect before r completes. */
  readonly flightAt: Int32Array;
  inFlight: Int32Array = new Int32Array(64);

  constructor(problem: Problem, allowance: MemoryAllowance) {
    const order = byEnd(problem);
    this.count = order.length;
    this.place = order;
    this.code = picked(problem.code, order);
    this.start = picked(problem.start, order);
    this.end = picked(problem.end, order);
    this.slot = new Int32Array(this.count);
    this.flightAt = new Int32Array(this.count + 1);
    allowance.wordsLeft -= 6 * this.count;
    this.sweep(problem, allowance);
  }

  /** Hands out slots and lists who is in flight. O(sum of concurrency). */
  private sweep(problem: Problem, allowance: MemoryAllowance): void {
    const numberAt = new Int32Array(problem.length).fill(-1);
    for (let number = 0; number < this.count; number++) numberAt[this.place[number] as number] = number;
    const free: number[] = [];
    let active = new Int32Array(64);
    let activeCount = 0;
    let slots = 0;
    let next = 0;
    let listed = 0;
    for (let number = 0; number < this.count; number++) {
      const end = this.end[number] as number;
      for (; next < problem.length && (problem.start[next] as number) < end; next++) {
        const started = numberAt[next] as number;
        if (started === -1) continue;
        this.slot[started] = free.pop() ?? slots++;
        if (activeCount === active.length) active = lengthened(active, 2 * activeCount);
        activeCount = insert(active, activeCount, started);
        // They complete one after the other, so the lists would be as long as half the square of their number.
        if (activeCount * activeCount > 2 * allowance.wordsLeft) {
          allowance.wordsLeft = -1;
          return;
        }
      }
      this.flightAt[number] = listed;
      listed = this.list(active, activeCount, listed, allowance);
      if (allowance.wordsLeft < 0) return;
      // The first one in flight is the one that completes.
      active.copyWithin(0, 1, activeCount--);
      free.push(this.slot[number] as number);
    }
    this.flightAt[this.count] = listed;
    this.slotWords = Math.max(1, (slots + 31) >>> 5);
  }

  private list(active: Int32Array, count: number, from: number, allowance: MemoryAllowance): number {
    if (from + count > this.inFlight.length) {
      const length = Math.max(2 * this.inFlight.length, from + count);
      allowance.wordsLeft -= length - this.inFlight.length;
      if (allowance.wordsLeft < 0) return from;
      this.inFlight = lengthened(this.inFlight, length);
    }
    for (let at = 0; at < count; at++) this.inFlight[from + at] = active[at] as number;
    return from + count;
  }
}

/** Places of the completed operations by their ends. O(n log n). */
function byEnd({ length, end }: Problem): Int32Array {
  // An end and a place in one number, which is exact below 2^53: no history in memory comes near.
  const keys = new Float64Array(length);
  let count = 0;
  for (let at = 0; at < length; at++)
    if (end[at] !== never) keys[count++] = (end[at] as number) * length + at;
  const sorted = keys.subarray(0, count).sort();
  const order = new Int32Array(count);
  for (let at = 0; at < count; at++) order[at] = (sorted[at] as number) % length;
  return order;
}

function picked(column: Int32Array, places: Int32Array): Int32Array {
  const values = new Int32Array(places.length);
  for (let at = 0; at < places.length; at++) values[at] = column[places[at] as number] as number;
  return values;
}

/** Inserts into the ascending beginning of an array; the new count. */
function insert(ascending: Int32Array, count: number, number: number): number {
  let at = count;
  for (; at > 0 && (ascending[at - 1] as number) > number; at--) ascending[at] = ascending[at - 1] as number;
  ascending[at] = number;
  return count + 1;
}
