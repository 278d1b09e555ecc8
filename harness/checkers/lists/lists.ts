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
import type { Budget } from '../checker.ts';
import { budgetUsedUp } from '../doubts.ts';

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

/**
 * The nodes of a history; a sentence when it is none of unique appends and reads of lists, or the budget was used up.
 * O(elements read).
 */
export function listsOf(history: History, budget: Budget): Lists | string {
  const { length, outcome } = history.operations;
  const names = new ElementNames(history);
  const appends = appendsOf(history, names);
  if (typeof appends === 'string') return appends;
  const shown: (Int32Array | undefined)[] = [];
  const wasRead = new Uint8Array(length);
  const reader = new Reader(history, names, appends);
  for (let row = 0; row < length; row++) {
    const rows = reader.shown(row);
    if (rows === null) return 'a read answered what is no list';
    shown.push(rows);
    if (!budget.spend(1 + (rows?.length ?? 0))) return budgetUsedUp;
    for (const append of rows ?? []) if (append !== none) wasRead[append] = 1;
  }
  const counts = (row: number): boolean => {
    if (nameOf(history, row) === 'read') return shown[row] !== undefined;
    return outcome[row] === okOutcome || (outcome[row] !== failOutcome && wasRead[row] === 1);
  };
  return columnsOf(history, Int32Array.from({ length }, (_, row) => row).filter(counts), shown);
}

/** By the name of an element at its key, the row that appended it; a sentence when that cannot be told. */
function appendsOf(history: History, names: ElementNames): Map<number, number> | string {
  const { length, key, input } = history.operations;
  const appends = new Map<number, number>();
  for (let row = 0; row < length; row++) {
    const f = nameOf(history, row);
    if (f === 'read') continue;
    if (f !== 'append') return `'${f}' is no operation of a list`;
    const name = names.of(key[row] ?? 0, input[row] ?? 0);
    if (appends.has(name)) return 'an element was appended twice';
    appends.set(name, row);
  }
  return appends;
}

/** One number for each key with each value of the history. */
class ElementNames {
  private readonly valueCount: number;

  constructor({ events }: History) {
    this.valueCount = events.values.size;
  }

  /** `none` for a value that stands nowhere in the history but inside of others. */
  of(key: number, value: number): number {
    return value < this.valueCount ? (key + 1) * this.valueCount + value : none;
  }
}

/** What reads show, as rows that appended it. Reads that show the same share it, so that memory is linear in the input. */
class Reader {
  private readonly history: History;
  private readonly names: ElementNames;
  private readonly appends: ReadonlyMap<number, number>;
  private readonly known = new Map<number, Int32Array>();

  constructor(history: History, names: ElementNames, appends: ReadonlyMap<number, number>) {
    this.history = history;
    this.names = names;
    this.appends = appends;
  }

  /** Undefined for what is no read that was answered; null when the answer is no list. */
  shown(row: number): Int32Array | undefined | null {
    const { outcome, key, output } = this.history.operations;
    if (nameOf(this.history, row) !== 'read' || outcome[row] !== okOutcome) return undefined;
    const name = this.names.of(key[row] ?? 0, output[row] ?? 0);
    const known = this.known.get(name);
    if (known) return known;
    const { values } = this.history.events;
    const list = values.get(output[row] ?? 0) ?? [];
    if (!Array.isArray(list)) return null;
    const rows = Int32Array.from(list as readonly Json[], (element) => {
      return this.appends.get(this.names.of(key[row] ?? 0, values.idOf(element))) ?? none;
    });
    this.known.set(name, rows);
    return rows;
  }
}

function columnsOf(history: History, row: Int32Array, shown: readonly (Int32Array | undefined)[]): Lists {
  const keys = numbered(row.map((of) => history.operations.key[of] ?? 0));
  const sessions = numbered(sessionsOf(history, row));
  const next = new Int32Array(row.length).fill(none);
  const last = new Int32Array(sessions.count).fill(none);
  const nodeOf = new Int32Array(history.operations.length).fill(none);
  for (let node = 0; node < row.length; node++) {
    const session = sessions.ids[node] ?? 0;
    const before = last[session] ?? none;
    if (before !== none) next[before] = node;
    last[session] = node;
    nodeOf[row[node] ?? 0] = node;
  }
  const nodes = new Map<Int32Array, Int32Array>();
  const elements = Array.from(row, (of) => {
    const rows = shown[of];
    const known = rows && (nodes.get(rows) ?? rows.map((append) => nodeOf[append] ?? none));
    if (rows && known) nodes.set(rows, known);
    return known;
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

/**
 * The process of each node. An append without an answer may take effect at any later time: where its process goes on, it
 * is a session of its own, with a number below those of all processes.
 */
function sessionsOf({ operations: { process, outcome } }: History, rows: Int32Array): Int32Array {
  const goesOn = new Set<number>();
  const sessions = new Int32Array(rows.length);
  let alone = -(2 ** 31);
  for (let node = rows.length - 1; node >= 0; node--) {
    const row = rows[node] ?? 0;
    const by = process[row] ?? 0;
    sessions[node] = outcome[row] !== okOutcome && goesOn.has(by) ? alone++ : by;
    goesOn.add(by);
  }
  return sessions;
}

function numbered(names: Int32Array): { ids: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  const ids = names.map((name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  return { ids, count: numbers.size };
}

function nameOf({ operations, events }: History, row: number): string {
  return events.fNames.get(operations.f[row] ?? 0);
}
