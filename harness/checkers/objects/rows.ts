/** Rows of `history.operations`: by key, by operation, and the node that answered each. */
import type { History } from '../../columns/history.ts';
import { noName } from '../../columns/interner.ts';
import { noEvent, type Operations } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';

/** No row. */
export const noRow = -1;

/** The rows of each key, ascending, in the order of first use; one part if the spec has no keys. O(operations). */
export function rowsByKey(history: History, spec: SequentialSpec): Int32Array[] {
  const { length, key } = history.operations;
  if (length === 0) return [];
  const partOf = new Map<number, number>();
  const parts = new Int32Array(length);
  const sizes: number[] = [];
  for (let row = 0; row < length; row++) {
    const name = spec.byKey ? (key[row] ?? noName) : noName;
    let part = partOf.get(name);
    if (part === undefined) {
      partOf.set(name, (part = sizes.length));
      sizes.push(0);
    }
    parts[row] = part;
    sizes[part] = (sizes[part] ?? 0) + 1;
  }
  const rows = sizes.map((size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  for (let row = 0; row < length; row++) {
    const part = parts[row] ?? 0;
    const at = filled[part] ?? 0;
    const own = rows[part];
    if (own) own[at] = row;
    filled[part] = at + 1;
  }
  return rows;
}

/** The id of the node that answered a row, or else was asked; `noName` when the history does not name it. */
export function nodeOf({ operations, events }: History, row: number): number {
  const completion = operations.completion[row] ?? noEvent;
  const answered = completion === noEvent ? noName : (events.node[completion] ?? noName);
  return answered === noName ? (events.node[operations.start[row] ?? 0] ?? noName) : answered;
}

/** The name of the first operation that a spec does not have, or undefined: a history of another object is not judged. */
export function strangeOperation(
  { events: { fNames }, operations }: History,
  spec: SequentialSpec,
): string | undefined {
  const known = Array.from({ length: fNames.size }, (_, id) =>
    spec.operations.some(({ f }) => f === fNames.get(id)),
  );
  const row = operations.f.findIndex((f) => known[f] !== true);
  return row === -1 ? undefined : fNames.get(operations.f[row] ?? 0);
}

/** The positions of these rows by the ends of their operations; open ones last. O(n log n). */
export function inOrderOfEnd({ end }: Pick<Operations, 'end'>, rows: readonly number[]): Uint32Array {
  const order = Uint32Array.from(rows, (_, at) => at);
  return order.sort((a, b) => (end[rows[a] ?? 0] ?? 0) - (end[rows[b] ?? 0] ?? 0));
}
