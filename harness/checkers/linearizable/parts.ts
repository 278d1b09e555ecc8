/** Splits a history by key where keys are independent (P-compositionality: Horn & Kroening 2015). */
import type { History } from '../../columns/history.ts';
import { noName } from '../../columns/interner.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';

/** The rows of all keys, key after key in the order of their first operations, by start in each. */
export interface Parts {
  readonly count: number;
  /** The id of the key of each part in `keyNames`; `noName` for operations without one, and when nothing is split. */
  readonly key: Int32Array;
  /** Where the rows of each part begin in `rows`; one entry more than there are parts. */
  readonly rowsAt: Int32Array;
  readonly rows: Int32Array;
}

/** The rows of a part. */
export function rowsOf({ rows, rowsAt }: Parts, part: number): Int32Array {
  return rows.subarray(rowsAt[part], rowsAt[part + 1]);
}

/**
 * What must be explained, and open operations that may have taken effect, key by key. Operations that failed are left
 * out, and observers without an answer: an operation that changes no state and tells nothing is explained by any
 * order. O(operations).
 */
export function partsOf(history: History, spec: SequentialSpec): Parts {
  const { length, outcome, f, key } = history.operations;
  const { fNames, keyNames } = history.events;
  const observes = Uint8Array.from({ length: fNames.size }, (_, id) =>
    spec.observers.includes(fNames.get(id)) ? 1 : 0,
  );
  const partOf = new Int32Array(keyNames.size + 1).fill(-1);
  const partOfRow = new Int32Array(length);
  const keys: number[] = [];
  const sizes: number[] = [];
  for (let row = 0; row < length; row++) {
    const id = spec.byKey ? (key[row] as number) : noName;
    let part = partOf[id - noName] as number;
    if (part === -1) {
      part = partOf[id - noName] = keys.push(id) - 1;
      sizes.push(0);
    }
    const counts =
      outcome[row] === okOutcome || (outcome[row] !== failOutcome && observes[f[row] as number] === 0);
    partOfRow[row] = counts ? part : -1;
    if (counts) sizes[part] = (sizes[part] as number) + 1;
  }
  return { count: keys.length, key: Int32Array.from(keys), ...sorted(partOfRow, sizes) };
}

/** A counting sort. */
function sorted(partOfRow: Int32Array, sizes: readonly number[]): { rowsAt: Int32Array; rows: Int32Array } {
  const rowsAt = new Int32Array(sizes.length + 1);
  for (let part = 0; part < sizes.length; part++)
    rowsAt[part + 1] = (rowsAt[part] as number) + (sizes[part] as number);
  const next = rowsAt.slice();
  const rows = new Int32Array(rowsAt[sizes.length] as number);
  for (let row = 0; row < partOfRow.length; row++) {
    const part = partOfRow[row] as number;
    if (part === -1) continue;
    const to = next[part] as number;
    rows[to] = row;
    next[part] = to + 1;
  }
  return { rowsAt, rows };
}
