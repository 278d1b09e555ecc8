/**
 * Where what an operation saw came from: the operations that were asked to leave that value, element or version. Values
 * are compared, nothing is known of the object but which of its operations only look; what several may have left came
 * from any of them. A sum came from all that was added until it was read.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { History } from '../columns/history.ts';
import { falseId } from '../columns/interner.ts';
import { failOutcome, okOutcome } from '../columns/operations.ts';

/** Operations that move a sum, which reads answer. */
const amounts: readonly string[] = ['add', 'restock', 'sell'];
/** Of a sum of more, nobody would add the terms up: its reader is told the bounds in a sentence. */
const termsMax = 40;

export interface Sources {
  readonly observers: readonly string[];
  /**
   * These rows, ascending, and for all that they and the added ones saw a row that left it, if any did in the whole
   * history.
   */
  closure(rows: readonly number[]): number[];
}

/** The sources of a history; indexed when they are first asked for. O(size of what was asked to be left). */
export function sourcesIn(history: History, observers: readonly string[]): Sources {
  let index: Index | undefined;
  return {
    observers,
    closure: (rows) => closureOf(history, (index ??= new Index(history, observers)), rows),
  };
}

/** Who left what. */
class Index {
  private readonly rows: ReadonlyMap<string, readonly number[]>;
  /** Of every key the traces of texts, for those that were made of several. */
  private readonly texts = new Map<string, string[]>();
  private readonly pieces = new Map<string, readonly string[]>();

  /** By key, the rows that were asked to move its sum. */
  private readonly terms = new Map<number, number[]>();

  constructor(history: History, observers: readonly string[]) {
    this.addTerms(history);
    this.rows = rowsByTrace(history, observers);
    for (const trace of this.rows.keys()) {
      const { key, text } = textIn(trace);
      if (text === '') continue;
      const others = this.texts.get(key);
      if (others) others.push(text);
      else this.texts.set(key, [text]);
    }
  }

  private addTerms({ operations, events }: History): void {
    const names = amounts.map((name) => events.fNames.find(name));
    for (let row = 0; row < operations.length; row++) {
      const isRefused = operations.outcome[row] === failOutcome || operations.output[row] === falseId;
      if (isRefused || !names.includes(operations.f[row] ?? 0)) continue;
      const key = operations.key[row] ?? 0;
      const others = this.terms.get(key);
      if (others) others.push(row);
      else this.terms.set(key, [row]);
    }
  }

  /**
   * What a sum that this row has read may consist of, unless that is too much; undefined if it read none. Whoever sells
   * has seen that there is enough. O(terms).
   */
  termsOf({ operations, events }: History, row: number): readonly number[] | undefined {
    const { key, start, end, outcome, output, input, f } = operations;
    const all = this.terms.get(key[row] ?? 0);
    if (all === undefined || outcome[row] !== okOutcome) return undefined;
    const isSale = f[row] === events.fNames.find('sell') && output[row] !== falseId;
    const isSum = output[row] !== input[row] && typeof events.values.get(output[row] ?? 0) === 'number';
    if (!isSale && !isSum) return undefined;
    const until = all.filter((term) => (start[term] ?? 0) < (end[row] ?? 0));
    return until.length > termsMax ? [] : until;
  }

  /** The rows that left it. */
  writersOf(trace: string): readonly number[] {
    return this.rows.get(trace) ?? [];
  }

  /** What it was made of: itself if somebody left it whole, or the texts within a text (appends to a string). */
  piecesOf(trace: string): readonly string[] {
    if (this.rows.has(trace)) return [trace];
    const known = this.pieces.get(trace);
    if (known) return known;
    const { key, text: whole } = textIn(trace);
    const within = (this.texts.get(key) ?? []).filter((text) => whole.includes(text));
    const pieces = within.map((text) => `${key} "${text}"`);
    this.pieces.set(trace, pieces);
    return pieces;
  }
}

/** The key of a trace, and its text without the quotes; empty if it is of something else. */
function textIn(trace: string): { readonly key: string; readonly text: string } {
  const [, key = '', text = ''] = /^(.*?) "(.*)"$/s.exec(trace) ?? [];
  return { key, text };
}

function closureOf(history: History, index: Index, rows: readonly number[]): number[] {
  const kept = new Set(rows);
  /** Of the traces that were looked at: the rows among those kept that left them. Few values may have very many writers. */
  const keptWriters = new Map<string, number[]>();
  const open = [...kept];
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    const terms = index.termsOf(history, row);
    if (terms !== undefined) {
      for (const term of terms) kept.add(term);
      continue;
    }
    for (const trace of seenBy(history, row).flatMap((seen) => index.piecesOf(seen))) {
      const writers = index.writersOf(trace);
      const known = keptWriters.get(trace) ?? writers.filter((writer) => kept.has(writer));
      keptWriters.set(trace, known);
      if (known.some((writer) => writer !== row)) continue;
      const source = writers.find((writer) => writer !== row);
      if (source === undefined) continue;
      kept.add(source);
      open.push(source);
      for (const own of leftBy(history, source)) keptWriters.get(own)?.push(source);
    }
  }
  return [...kept].sort((a, b) => a - b);
}

function rowsByTrace(history: History, observers: readonly string[]): Map<string, number[]> {
  const { length, f } = history.operations;
  const looks = observers.map((name) => history.events.fNames.find(name));
  const rows = new Map<string, number[]>();
  for (let row = 0; row < length; row++) {
    if (looks.includes(f[row] ?? 0)) continue;
    for (const trace of leftBy(history, row)) {
      const others = rows.get(trace);
      if (others) others.push(row);
      else rows.set(trace, [row]);
    }
  }
  return rows;
}

/** A trace names a value (or element) at a key. */
function leftBy(history: History, row: number): string[] {
  const { f, input, key } = history.operations;
  const { fNames, values } = history.events;
  const at = key[row] ?? 0;
  const asked = values.get(input[row] ?? 0);
  const name = fNames.get(f[row] ?? 0);
  if (name === 'txn')
    return [...microOperations(asked)].flatMap(({ isRead, traces }) => (isRead ? [] : traces));
  if (name === 'cas' && Array.isArray(asked)) return tracesOf(at, (asked as readonly Json[])[1] ?? null);
  return tracesOf(at, asked);
}

function seenBy(history: History, row: number): string[] {
  const { f, input, output, outcome, key } = history.operations;
  const { fNames, values } = history.events;
  const at = key[row] ?? 0;
  const asked = values.get(input[row] ?? 0);
  const name = fNames.get(f[row] ?? 0);
  if (name === 'cas' && Array.isArray(asked))
    return output[row] === falseId ? [] : tracesOf(at, (asked as readonly Json[])[0] ?? null);
  if (outcome[row] !== okOutcome || output[row] === input[row]) return [];
  const answered = values.get(output[row] ?? 0);
  if (name === 'txn')
    return [...microOperations(answered)].flatMap(({ isRead, traces }) => (isRead ? traces : []));
  return tracesOf(at, answered);
}

/** The micro-operations of a transaction, `[f, key, value]` each. */
function* microOperations(txn: Json): Generator<{ readonly isRead: boolean; readonly traces: string[] }> {
  if (!Array.isArray(txn)) return;
  for (const micro of txn as readonly Json[]) {
    if (!Array.isArray(micro)) continue;
    const [f, key = null, value = null] = micro as readonly Json[];
    yield { isRead: f === 'r', traces: tracesOf(JSON.stringify(key), value) };
  }
}

/** A value, or the elements of a list; null is nothing. */
function tracesOf(key: number | string, value: Json): string[] {
  const parts = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return parts.flatMap((part) => (part === null ? [] : `${key} ${JSON.stringify(part)}`));
}
