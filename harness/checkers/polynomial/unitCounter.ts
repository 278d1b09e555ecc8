/**
 * Counters to which 1 is added: a sweep over the events that counts as late as possible. An add is counted when it ends,
 * or when a read that ends needs one more; then the one in flight that will end first, since it would be counted soonest
 * anyway. A read is impossible if more had to be counted before it began, or fewer can be when it ends. O(n log n).
 *
 * Counted as late as possible, a sum is reached by the time at which a read needs it, and was not passed when it began;
 * it grows by one at a time, so there was a moment for the read.
 */
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import { counter } from '../../specs/counter.ts';
import { tooHigh, tooLow } from './counterWitness.ts';
import { MinHeap } from './minHeap.ts';
import type { Refusal } from './refusal.ts';
import { none, scratchOf, type Scratch } from './scratch.ts';
import type { Decision, Part, SpecialCase } from './specialCase.ts';

export const unitCounter: SpecialCase = {
  name: 'counter with unit increments',
  decide(part: Part): Decision | undefined {
    const { spec, initial = null } = part;
    const first = initial ?? 0;
    if (spec !== counter || typeof first !== 'number' || !isCountable(first)) return undefined;
    return isCounting(part) ? (violationOf(part, first) ?? { valid: true }) : undefined;
  },
};

/** Far enough from where numbers get too large to add 1 to them. */
const isCountable = (sum: number): boolean => Number.isInteger(sum) && Math.abs(sum) <= 2 ** 52;

/** What a row read; undefined if it is no number that one can count to. */
function sumOf({ history: { operations, events } }: Part, row: number): number | undefined {
  const answer = events.values.get(operations.output[row] ?? 0) ?? 0;
  return typeof answer === 'number' && isCountable(answer) ? answer : undefined;
}

/** Whether every add adds 1, and every read answered a whole number or null, which is 0. */
function isCounting(part: Part): boolean {
  const { events, operations } = part.history;
  const [add, read, one] = [events.fNames.find('add'), events.fNames.find('read'), events.values.idOf(1)];
  for (const row of part.rows) {
    if (operations.outcome[row] === failOutcome) continue;
    if (operations.f[row] === add) {
      if (operations.input[row] !== one) return false;
    } else if (operations.f[row] !== read) return false;
    else if (operations.outcome[row] === okOutcome && sumOf(part, row) === undefined) return false;
  }
  return true;
}

function violationOf(part: Part, first: number): Refusal | undefined {
  const { history, rows } = part;
  const { start } = history.operations;
  const sweep = new Sweep(part, first);
  const ends = sweep.ends();
  let started = 0;
  let ended = 0;
  while (started < rows.length || ended < ends.length) {
    const row = rows[started] ?? 0;
    const isStart = started < rows.length && !((ends[ended] ?? never) < (start[row] ?? 0));
    const wrong = isStart ? sweep.begin(row) : sweep.complete(ends[ended] ?? 0);
    if (wrong) return wrong;
    if (isStart) started++;
    else ended++;
  }
  return undefined;
}

/** The state of the sweep: how much is counted, and which adds are in flight and not counted. */
class Sweep {
  private readonly part: Part;
  private readonly addF: number;
  private readonly scratch: Scratch;
  private sum: number;
  /** The ends of acknowledged adds that have begun; those that have ended by now are counted. */
  private readonly inFlight: MinHeap;
  /** Adds without an answer that have begun and are not counted. */
  private open = 0;

  constructor(part: Part, first: number) {
    const { events } = part.history;
    this.part = part;
    this.sum = first;
    this.addF = events.fNames.find('add');
    this.scratch = scratchOf(events);
    this.inFlight = new MinHeap(this.scratch.array(0, part.rows.length));
  }

  /** The indices of completions, ascending; notes the row of each. */
  ends(): Int32Array {
    const { part, scratch } = this;
    const { outcome, end } = part.history.operations;
    const ends = scratch.array(1, part.rows.length);
    let count = 0;
    for (const row of part.rows) {
      if (outcome[row] !== okOutcome) continue;
      const at = end[row] ?? 0;
      scratch.atEvent[at] = row;
      ends[count++] = at;
    }
    return ends.subarray(0, count).sort();
  }

  begin(row: number): Refusal | undefined {
    const { outcome, f, end } = this.part.history.operations;
    if (outcome[row] === failOutcome) return undefined;
    if (f[row] !== this.addF) {
      const isPassed = outcome[row] === okOutcome && this.sum > (sumOf(this.part, row) ?? 0);
      return isPassed ? tooLow(this.part, row) : undefined;
    }
    if (outcome[row] === okOutcome) this.inFlight.push(end[row] ?? 0);
    else this.open++;
    return undefined;
  }

  complete(at: number): Refusal | undefined {
    const row = this.scratch.atEvent[at] ?? none;
    if (row === none) return undefined;
    if (this.part.history.operations.f[row] === this.addF) {
      this.sum++;
      return undefined;
    }
    const needed = sumOf(this.part, row) ?? 0;
    while (this.sum < needed) if (!this.countOne(at)) return tooHigh(this.part, row);
    return undefined;
  }

  /** Counts the add in flight that ends first; false when there is none. */
  private countOne(now: number): boolean {
    while (this.inFlight.size > 0) {
      const end = this.inFlight.pop();
      if (end < now) continue;
      this.scratch.atEvent[end] = none;
      this.sum++;
      return true;
    }
    if (this.open === 0) return false;
    this.open--;
    this.sum++;
    return true;
  }
}
