/**
 * Things that only grow, of which the whole is read: grow-only sets and lists with append. Reads so tell in which order
 * elements came and where each read stands among them; every operation gets a rank, and what is left to ask is whether
 * an operation ended before another one began that ranks lower.
 *
 * An element whose adding was not acknowledged and that nobody saw may never have been added, and is left out; an
 * acknowledged one that nobody saw comes after everything that was read. Each distinct answer is looked at once: the
 * cost is linear in what the reads answered.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import { nullId } from '../../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import { none, scratchOf, type Scratch } from './scratch.ts';
import type { Part } from './specialCase.ts';

/** An answer that some reads gave. */
export interface Answer {
  /** Id in `events.values`. */
  readonly id: number;
  readonly size: number;
  /** The row of the first read that gave it. */
  readonly row: number;
}

/** What was added, and the distinct answers. */
export interface Growth {
  readonly part: Part;
  readonly scratch: Scratch;
  /** By element, in the order in which their adding began: the row that added it. */
  readonly adder: Int32Array;
  readonly elementCount: number;
  /** By element: its rank, to be set; `none` of what nobody saw. */
  readonly rank: Int32Array;
  /** By element: the number of the last answer that had it, from 1; 0 of none. */
  readonly stamps: Int32Array;
  /** Shortest first. */
  readonly answers: readonly Answer[];
}

/** What must not be: `first` ended before `last` began, but ranks higher. Rows. */
export interface Inversion {
  readonly first: number;
  readonly last: number;
  readonly firstRank: number;
  readonly lastRank: number;
}

/** An answer that no order allows, whatever the other reads say. */
export interface Oddity {
  readonly answer: Answer;
  /** Id of the element. */
  readonly value: number;
  readonly what: 'never added' | 'twice';
}

/** Notes which element each value is; undefined when the data do not allow a decision. O(rows). */
export function growthOf(part: Part, add: string): Growth | undefined {
  const { history, rows } = part;
  const { events, operations } = history;
  const scratch = scratchOf(events);
  scratch.reserveNotes(events.values.size);
  const adder = scratch.array(0, rows.length);
  const [addF, readF] = [events.fNames.find(add), events.fNames.find('read')];
  const answers = new Map<number, Answer>();
  let elementCount = 0;
  for (const row of rows) {
    if (operations.outcome[row] === failOutcome) continue;
    if (operations.f[row] === readF) {
      const answer = operations.outcome[row] === okOutcome && answerOf(part, row, answers);
      if (answer === undefined) return undefined;
      if (answer) answers.set(answer.id, answer);
      continue;
    }
    const value = operations.input[row] ?? 0;
    if (operations.f[row] !== addF || scratch.notes[value] !== none) return undefined;
    scratch.notes[value] = elementCount;
    adder[elementCount++] = row;
  }
  return {
    part,
    scratch,
    adder,
    elementCount,
    rank: scratch.array(1, elementCount).fill(none, 0, elementCount),
    stamps: scratch.array(4, elementCount).fill(0, 0, elementCount),
    answers: [...answers.values()].sort((a, b) => a.size - b.size || a.row - b.row),
  };
}

/** Takes back all notes that `growthOf` may have made. */
export function forgetElements({ history, rows }: Part): void {
  const { notes } = scratchOf(history.events);
  for (const row of rows) notes[history.operations.input[row] ?? 0] = none;
}

/** The answer of a read; undefined when it has not the form of one. */
function answerOf({ history }: Part, row: number, known: ReadonlyMap<number, Answer>): Answer | undefined {
  const id = history.operations.output[row] ?? 0;
  const same = known.get(id);
  if (same) return same;
  if (id === nullId) return { id, size: 0, row };
  const answer = history.events.values.get(id);
  return Array.isArray(answer) ? { id, size: answer.length, row } : undefined;
}

/**
 * Sets `members` to the elements of an answer, and stamps them with its number, or tells what is odd about it. The array
 * is used again. O(size of the answer).
 */
export function membersOf(
  { part, scratch, stamps }: Growth,
  answer: Answer,
  stamp: number,
): Int32Array | Oddity {
  const { values } = part.history.events;
  const members = scratch.array(5, answer.size);
  const elements = answer.id === nullId ? [] : (values.get(answer.id) as readonly Json[]);
  for (let at = 0; at < answer.size; at++) {
    const value = values.idOf(elements[at] ?? null);
    const element = scratch.notes[value] ?? none;
    if (element === none) return { answer, value, what: 'never added' };
    if (stamps[element] === stamp) return { answer, value, what: 'twice' };
    stamps[element] = stamp;
    members[at] = element;
  }
  return members;
}

/**
 * An operation that ended before one of a lower rank began, if there is one. Elements have their ranks; `answerRanks`
 * has those of answers, and acknowledged elements that nobody saw get `lastRank`, the highest one. O(rows + ranks).
 */
export function inversionIn(
  growth: Growth,
  answerRanks: ReadonlyMap<number, number>,
  lastRank: number,
): Inversion | undefined {
  const { part, scratch, rank: ranks } = growth;
  const { start, end, outcome, f, input, output } = part.history.operations;
  const readF = part.history.events.fNames.find('read');
  const rankCount = lastRank + 1;
  const firstEnded = scratch.array(2, rankCount).fill(none, 0, rankCount);
  const lastStarted = scratch.array(3, rankCount).fill(none, 0, rankCount);
  for (const row of part.rows) {
    const isOk = outcome[row] === okOutcome;
    if (outcome[row] === failOutcome || (f[row] === readF && !isOk)) continue;
    const element = scratch.notes[input[row] ?? 0] ?? none;
    let rank = f[row] === readF ? answerRanks.get(output[row] ?? 0) : ranks[element];
    if (rank === undefined || rank === none) rank = isOk ? lastRank : none;
    if (rank === none) continue;
    // Rows are in the order of starts.
    lastStarted[rank] = row;
    const first = firstEnded[rank] ?? none;
    if (first === none || (end[row] ?? never) < (end[first] ?? never)) firstEnded[rank] = row;
  }
  let last: number = none;
  let rankOfLast: number = none;
  for (let rank = 0; rank < rankCount; rank++) {
    const first = firstEnded[rank] ?? none;
    if (first === none) continue;
    if (last !== none && (end[first] ?? never) < (start[last] ?? 0))
      return { first, last, firstRank: rank, lastRank: rankOfLast };
    const own = lastStarted[rank] ?? none;
    if (last !== none && (start[own] ?? 0) < (start[last] ?? 0)) continue;
    last = own;
    rankOfLast = rank;
  }
  return undefined;
}
