/**
 * Histories of lists that are appended to and read whole, as nodes in columns. Every element is appended once, so a read
 * tells which appends it saw, and in which order.
 *
 * Left out is what constrains nothing: operations that failed, reads without an answer, and appends without an answer
 * whose element nobody read.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';

/** No node, no key, or an element that nobody appended. */
export const none = -1;

export interface Lists {
  readonly history: History;
  /** Nodes are numbered in the order of invocations. */
  readonly length: number;
  /** The row in `history.operations`. */
  readonly row: Int32Array;
  readonly key: Int32Array;
  readonly keyCount: number;
  readonly session: Int32Array;
  readonly sessionCount: number;
  /** The next node of the same session, or `none`. */
  readonly next: Int32Array;
  /** Of reads the nodes that appended what they saw, `none` for what nobody appended; undefined of appends. */
  readonly elements: readonly (Int32Array | undefined)[];
}

/** The nodes of a history; a sentence when it is none of unique appends and reads of lists. O(elements read). */
export function listsOf(history: History): Lists | string {
  const appends = new Map<string, number>();
  const { length, outcome } = history.operations;
  const isRead = (row: number): boolean => nameOf(history, row) === 'read';
  const seen = new Map<number, readonly string[]>();
  for (let row = 0; row < length; row++) {
    if (isRead(row)) {
      const elements = outcome[row] === okOutcome ? elementsOf(history, row) : [];
      if (elements === undefined) return 'a read answered what is no list';
      if (outcome[row] === okOutcome) seen.set(row, elements);
    } else if (nameOf(history, row) !== 'append')
      return `'${nameOf(history, row)}' is no operation of a list`;
    else if (appends.has(appended(history, row))) return 'an element was appended twice';
    else appends.set(appended(history, row), row);
  }
  const wanted = new Set([...seen.values()].flat());
  const counts = (row: number): boolean => {
    if (isRead(row)) return seen.has(row);
    if (outcome[row] === failOutcome) return false;
    return outcome[row] === okOutcome || wanted.has(appended(history, row));
  };
  const rows = Int32Array.from({ length }, (_, row) => row).filter(counts);
  return columnsOf(history, rows, appends, seen);
}

function columnsOf(
  history: History,
  row: Int32Array,
  appends: ReadonlyMap<string, number>,
  seen: ReadonlyMap<number, readonly string[]>,
): Lists {
  const { key, process } = history.operations;
  const nodeOf = new Map(Array.from(row, (of, node) => [of, node]));
  const keys = numbered(row, key);
  const sessions = numbered(row, process);
  const next = new Int32Array(row.length).fill(none);
  const last = new Int32Array(sessions.count).fill(none);
  for (let node = 0; node < row.length; node++) {
    const session = sessions.ids[node] ?? 0;
    const before = last[session] ?? none;
    if (before !== none) next[before] = node;
    last[session] = node;
  }
  const elements = Array.from(row, (of) => {
    const names = seen.get(of);
    return names && Int32Array.from(names, (name) => nodeOf.get(appends.get(name) ?? none) ?? none);
  });
  return {
    history,
    length: row.length,
    row,
    key: keys.ids,
    keyCount: keys.count,
    session: sessions.ids,
    sessionCount: sessions.count,
    next,
    elements,
  };
}

function numbered(rows: Int32Array, column: Int32Array): { ids: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  const ids = rows.map((row) => {
    const id = column[row] ?? 0;
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
  return { ids, count: numbers.size };
}

function nameOf({ operations, events }: History, row: number): string {
  return events.fNames.get(operations.f[row] ?? 0);
}

/** The name of the element that an append adds: its key and its value, as numbers. */
function appended({ operations }: History, row: number): string {
  return `${operations.key[row] ?? 0} ${operations.input[row] ?? 0}`;
}

function elementsOf({ operations, events }: History, row: number): string[] | undefined {
  const list = events.values.get(operations.output[row] ?? 0) ?? [];
  if (!Array.isArray(list)) return undefined;
  const key = operations.key[row] ?? 0;
  return (list as readonly Json[]).map((element) => `${key} ${events.values.idOf(element)}`);
}
