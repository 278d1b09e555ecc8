/**
 * The operations of one register as reads and writes of numbered values, in columns: what zones and chains work on. It
 * is `accessesOf` for one key, in arrays that are used again for the next one.
 */
import type { History } from '../../columns/history.ts';
import { initialId, mismatchAccess, updateAccess } from '../accesses.ts';
import { accessTableOf, endAt, foreign, leftAt, nothing, rowSize, seenAt, startAt } from './accessTable.ts';
import { scratchOf, type Scratch } from './scratch.ts';
import type { Part } from './specialCase.ts';

/** The accesses to one register, in the order of invocations. Only the first `length` of each column count. */
export interface Cells {
  readonly history: History;
  readonly length: number;
  /** Row in `history.operations`. */
  readonly row: Int32Array;
  /** `readAccess`, `writeAccess`, `updateAccess` or `mismatchAccess`. */
  readonly kind: Int32Array;
  /** Id of the value that it saw, or `noValue`. */
  readonly seen: Int32Array;
  /** Id of the value that it left, or `noValue`. */
  readonly left: Int32Array;
  /** Index of the invocation. */
  readonly start: Int32Array;
  /** Index of the completion; `never` when open. */
  readonly end: Int32Array;
  /** Id of the value before the first operation. */
  readonly initial: number;
  /** How many are a cas, matched or not. */
  readonly compared: number;
  readonly scratch: Scratch;
}

/** The first slot of scratch arrays that cells leave to others. */
export const freeSlot = 6;

/** The cells of a part; undefined when it has an operation that is no access. O(rows). */
export function cellsOf({ history, spec, rows, initial }: Part): Cells | undefined {
  if (!spec.accesses) return undefined;
  const table = accessTableOf(history, spec);
  const scratch = scratchOf(history.events);
  const [row, kind, seen, left, start, end] = [0, 1, 2, 3, 4, 5].map((slot) =>
    scratch.array(slot, rows.length),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  let length = 0;
  let compared = 0;
  for (let position = 0; position < rows.length; position++) {
    const at = rowSize * (rows[position] ?? 0);
    const own = table[at] ?? nothing;
    if (own === foreign) return undefined;
    if (own === nothing) continue;
    if (own === updateAccess || own === mismatchAccess) compared++;
    row[length] = rows[position] ?? 0;
    kind[length] = own;
    seen[length] = table[at + seenAt] ?? 0;
    left[length] = table[at + leftAt] ?? 0;
    start[length] = table[at + startAt] ?? 0;
    end[length++] = table[at + endAt] ?? 0;
  }
  const initialValue = initialId(history, spec, initial);
  scratch.reserveNotes(history.events.values.size);
  const columns = { row, kind, seen, left, start, end };
  return { history, length, ...columns, initial: initialValue, compared, scratch };
}
