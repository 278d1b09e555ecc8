/** The operations that events belong to, to look at a sub-history alone. */
import type { History } from '../../../harness/columns/history.ts';

/** The rows of `history.operations` of these events. */
export function rowsOfEvents({ operations }: History, events: readonly number[]): number[] {
  const wanted = new Set(events);
  const rows = Array.from({ length: operations.length }, (_, row) => row);
  return rows.filter(
    (row) => wanted.has(operations.start[row] ?? -1) || wanted.has(operations.completion[row] ?? -1),
  );
}
