/**
 * Vector clocks: how much of every session each operation depends on. One row an operation, one column a session.
 *
 * With very many sessions (every process that gives up is followed by a new one) all columns together would not fit
 * into memory, so they are made in blocks, each with a pass over all operations: the memory is bounded, and the time
 * is still operations times sessions.
 */
import type { Budget } from '../checker.ts';
import { none, type ReadsFrom } from '../readsFrom.ts';
import { stepsPerSpend } from './order.ts';

/** A block of clocks. */
export interface Clocks {
  /** The sessions of the columns. */
  readonly sessions: Int32Array;
  readonly width: number;
  /**
   * Entry `id * width + column`: one more than the last operation of the column's session that is `id`, or that `id`
   * depends on; 0 for none.
   */
  readonly known: Int32Array;
}

/** 128 MB. */
const entriesMax = 32 * 1024 * 1024;
const widthMin = 16;

/** Sessions in blocks of which clocks are made at a time. Only sessions that write are worth a column. */
export function blocksOf(readsFrom: ReadsFrom, width: number = widthFor(readsFrom)): Int32Array[] {
  const writing = writingSessions(readsFrom);
  const blocks: Int32Array[] = [];
  for (let at = 0; at < writing.length; at += width) blocks.push(writing.subarray(at, at + width));
  return blocks;
}

/** As many as fit into memory. */
function widthFor({ length }: ReadsFrom): number {
  return Math.max(widthMin, Math.floor(entriesMax / Math.max(1, length)));
}

function writingSessions({ sessionCount, sessionStart, writes }: ReadsFrom): Int32Array {
  const found = new Int32Array(sessionCount);
  let count = 0;
  for (let session = 0; session < sessionCount; session++) {
    let id = sessionStart[session] ?? 0;
    const end = sessionStart[session + 1] ?? 0;
    while (id < end && writes[id] === 0) id++;
    if (id < end) found[count++] = session;
  }
  return found.subarray(0, count);
}

/**
 * The clocks of a block, for all operations in `sequence`, which must stand after what they depend on; undefined when
 * the budget is used up. `memory`, if given, is what an earlier block no longer needs. O(operations * width).
 */
export function clocksOf(
  readsFrom: ReadsFrom,
  sequence: Int32Array,
  sessions: Int32Array,
  budget: Budget,
  memory?: Int32Array,
): Clocks | undefined {
  const width = sessions.length;
  const entries = readsFrom.length * width;
  const known = memory && memory.length >= entries ? memory.fill(0) : new Int32Array(entries);
  const column = new Int32Array(readsFrom.sessionCount).fill(none);
  for (let at = 0; at < width; at++) column[sessions[at] ?? 0] = at;
  // Before the first operation of these sessions nobody depends on them.
  const isOfBlock = (id: number): boolean => column[readsFrom.session[id] ?? 0] !== none;
  for (let from = Math.max(0, sequence.findIndex(isOfBlock)); from < sequence.length; from += stepsPerSpend) {
    fillRows(readsFrom, sequence.subarray(from, from + stepsPerSpend), column, width, known);
    if (!budget.spend(stepsPerSpend)) return undefined;
  }
  return { sessions, width, known };
}

function fillRows(
  { session, sessionStart, from }: ReadsFrom,
  ids: Int32Array,
  column: Int32Array,
  width: number,
  known: Int32Array,
): void {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? 0;
    const own = session[id] ?? 0;
    const source = from[id] ?? none;
    const row = id * width;
    if (id > (sessionStart[own] ?? 0)) join(known, row, row - width, width);
    if (source >= 0) join(known, row, source * width, width);
    const ownColumn = column[own] ?? none;
    if (ownColumn !== none) known[row + ownColumn] = id + 1;
  }
}

/** Takes the greater entry of two rows into the first one. */
export function join(rows: Int32Array, into: number, other: number, width: number): void {
  for (let at = 0; at < width; at++) {
    const entry = rows[other + at] ?? 0;
    if (entry > (rows[into + at] ?? 0)) rows[into + at] = entry;
  }
}
