/**
 * The window in which a search works: which operations may take effect while a completion is still to be reached.
 *
 * Mandatory operations (completed ones) are numbered by their completion, so an operation's number is its deadline. In
 * flight it holds a slot, which the next one takes over after its completion: a set of operations in flight is a mask
 * of as many bits as were ever in flight together, however long the history is.
 */
import { never } from '../../columns/operations.ts';
import type { MemoryAllowance } from './automaton.ts';
import { lengthened, zeros } from './arrays.ts';
import type { Problem } from './problem.ts';

/** So many are in flight at each completion; the list grows where there are more. */
const inFlightUsual = 5;
/** An open operation: it has no number. */
const optional = -1;

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
  inFlight: Int32Array;

  constructor(problem: Problem, allowance: MemoryAllowance) {
    const order = byEnd(problem);
    const count = order.length;
    this.count = count;
    this.place = order;
    this.code = zeros(count);
    this.start = zeros(count);
    this.end = zeros(count);
    this.slot = zeros(count);
    this.flightAt = zeros(count + 1);
    this.inFlight = zeros(inFlightUsual * count);
    allowance.wordsLeft -= (6 + inFlightUsual) * count;
    this.sweep(problem, this.numbered(problem), allowance);
  }

  /** Fills in what stands at each place; by place the number, or `optional`. */
  private numbered(problem: Problem): Int32Array {
    const { count, place, code, start, end } = this;
    const numberAt = zeros(problem.length).fill(optional);
    for (let number = 0; number < count; number++) {
      const at = place[number] as number;
      numberAt[at] = number;
      code[number] = problem.code[at] as number;
      start[number] = problem.start[at] as number;
      end[number] = problem.end[at] as number;
    }
    return numberAt;
  }

  /**
   * Hands out slots, and lists who is in flight: those of the list before but its first, which is the one that completed,
   * and those that began since. O(sum of concurrency).
   */
  private sweep({ length, start }: Problem, numberAt: Int32Array, allowance: MemoryAllowance): void {
    const { count, end, slot, flightAt } = this;
    const free: number[] = [];
    let slots = 0;
    let next = 0;
    let listed = 0;
    for (let number = 0, before = 0; number < count; number++) {
      const from = listed;
      let inFlight = this.roomFor(2 * from - before, allowance);
      if (allowance.wordsLeft < 0) return;
      for (let at = before + 1; at < from; at++) inFlight[listed++] = inFlight[at] as number;
      const to = end[number] as number;
      for (; next < length && (start[next] as number) < to; next++) {
        const started = numberAt[next] as number;
        if (started === optional) continue;
        slot[started] = free.pop() ?? slots++;
        inFlight = this.roomFor(listed + 1, allowance);
        insert(inFlight, from, listed++, started);
        // They complete one after the other, so the lists would be as long as half the square of their number.
        if ((listed - from) * (listed - from) > 2 * allowance.wordsLeft) {
          allowance.wordsLeft = -1;
          return;
        }
      }
      flightAt[number] = from;
      before = from;
      free.push(slot[number] as number);
    }
    flightAt[count] = listed;
    this.slotWords = Math.max(1, (slots + 31) >>> 5);
  }

  /** The lists, at least so long; as they are when that takes more than is left. */
  private roomFor(length: number, allowance: MemoryAllowance): Int32Array {
    const known = this.inFlight.length;
    if (length <= known) return this.inFlight;
    const longer = Math.max(2 * known, length);
    allowance.wordsLeft -= longer - known;
    if (allowance.wordsLeft >= 0) this.inFlight = lengthened(this.inFlight, longer);
    return this.inFlight;
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
  const order = zeros(count);
  for (let at = 0; at < count; at++) order[at] = (sorted[at] as number) % length;
  return order;
}

/** Inserts into the ascending numbers in [from, to). */
function insert(numbers: Int32Array, from: number, to: number, number: number): void {
  let at = to;
  for (; at > from && (numbers[at - 1] as number) > number; at--) numbers[at] = numbers[at - 1] as number;
  numbers[at] = number;
}
