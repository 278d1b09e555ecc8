/**
 * The accesses of a history row by row instead of column by column: keys are checked one after the other, and the rows
 * of a key lie far apart, so that a row should be one place in memory and not six.
 */
import type { History } from '../../columns/history.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { AccessReader } from '../accesses.ts';

/** How many integers a row has. The first is one of the kinds of accesses, or one of the two below. */
export const rowSize = 5;
/** Where the others stand. */
export const seenAt = 1;
export const leftAt = 2;
export const startAt = 3;
/** Index of the completion; `never` when open. */
export const endAt = 4;

/** The kind of what changes nothing and tells nothing. */
export const nothing = -1;
/** The kind of what is no access to a value. */
export const foreign = -2;

const tables = new WeakMap<History, { readonly spec: SequentialSpec; readonly table: Int32Array }>();

/** The table of a history, row after row of `history.operations`. O(operations) the first time. */
export function accessTableOf(history: History, spec: SequentialSpec): Int32Array {
  const known = tables.get(history);
  if (known?.spec === spec) return known.table;
  const table = tableOf(history, spec);
  tables.set(history, { spec, table });
  return table;
}

function tableOf(history: History, spec: SequentialSpec): Int32Array {
  const { length, f, outcome, start, end } = history.operations;
  const table = new Int32Array(rowSize * length);
  const reader = new AccessReader(history, spec);
  for (let row = 0, at = 0; row < length; row++, at += rowSize) {
    const isOk = outcome[row] === okOutcome;
    if (outcome[row] === failOutcome) table[at] = nothing;
    else if (!reader.knows(f[row] ?? 0) || !reader.read(row, isOk)) table[at] = foreign;
    else if (reader.isNothing) table[at] = nothing;
    else {
      table[at] = reader.kind;
      table[at + seenAt] = reader.seen;
      table[at + leftAt] = reader.left;
      table[at + startAt] = start[row] ?? 0;
      table[at + endAt] = isOk ? (end[row] ?? 0) : never;
    }
  }
  return table;
}
