/** Splits a history by key where keys are independent (P-compositionality: Horn & Kroening 2015). */
import type { History } from '../../columns/history.ts';
import { noName } from '../../columns/interner.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { arrayOf, zeros } from './arrays.ts';

/** The operations of all keys that count, by key; keys in the order of their first operations. */
export class Parts {
  readonly count: number;
  /** The id of the key of each part in `keyNames`; `noName` for operations without one, and when nothing is split. */
  readonly key: Int32Array;
  /** By row of `history.operations`: its part, or `noPart` if it does not count. */
  readonly ofRow: Int32Array;
  /** How many rows each part has. */
  private readonly sizes: readonly number[];
  private rowsByPart: RowsByPart | undefined;

  constructor(keys: readonly number[], ofRow: Int32Array, sizes: readonly number[]) {
    this.count = keys.length;
    this.key = arrayOf(keys);
    this.ofRow = ofRow;
    this.sizes = sizes;
  }

  /** How many rows count. */
  get length(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The rows of a part, by start. O(operations) the first time: whoever can do without does. */
  rowsOf(part: number): Int32Array {
    const { rows, rowsAt } = (this.rowsByPart ??= sorted(this.ofRow, this.sizes));
    return rows.subarray(rowsAt[part], rowsAt[part + 1]);
  }
}

/** The part of rows that do not count. */
export const noPart = -1;

/** The rows of each part begin at `rowsAt` in `rows`; `rowsAt` has one entry more than there are parts. */
interface RowsByPart {
  readonly rowsAt: Int32Array;
  readonly rows: Int32Array;
}

/**
 * What must be explained, and open operations that may have taken effect, key by key. Operations that failed are left
 * out, and observers without an answer: an operation that changes no state and tells nothing is explained by any
 * order. O(operations).
 */
export function partsOf(history: History, spec: SequentialSpec): Parts {
  const { length, outcome, f, key } = history.operations;
  const { fNames, keyNames } = history.events;
  const observes = new Uint8Array(fNames.size);
  for (let id = 0; id < fNames.size; id++) observes[id] = spec.observers.includes(fNames.get(id)) ? 1 : 0;
  const partOf = zeros(keyNames.size + 1).fill(noPart);
  const ofRow = zeros(length);
  const keys: number[] = [];
  const sizes: number[] = [];
  for (let row = 0; row < length; row++) {
    const id = spec.byKey ? (key[row] as number) : noName;
    let part = partOf[id - noName] as number;
    if (part === noPart) {
      part = partOf[id - noName] = keys.push(id) - 1;
      sizes.push(0);
    }
    const counts =
      outcome[row] === okOutcome || (outcome[row] !== failOutcome && observes[f[row] as number] === 0);
    ofRow[row] = counts ? part : noPart;
    if (counts) sizes[part] = (sizes[part] as number) + 1;
  }
  return new Parts(keys, ofRow, sizes);
}

/** A counting sort. */
function sorted(ofRow: Int32Array, sizes: readonly number[]): RowsByPart {
  const rowsAt = zeros(sizes.length + 1);
  for (let part = 0; part < sizes.length; part++)
    rowsAt[part + 1] = (rowsAt[part] as number) + (sizes[part] as number);
  const next = zeros(sizes.length);
  for (let part = 0; part < sizes.length; part++) next[part] = rowsAt[part] as number;
  const rows = zeros(rowsAt[sizes.length] as number);
  for (let row = 0; row < ofRow.length; row++) {
    const part = ofRow[row] as number;
    if (part === noPart) continue;
    const to = next[part] as number;
    rows[to] = row;
    next[part] = to + 1;
  }
  return { rowsAt, rows };
}
