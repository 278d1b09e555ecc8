/**
 * Single operations on a register, taken out of the columns: what a proof needs of them when it is put into words later,
 * and how they are told.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { nullId } from '../../columns/interner.ts';
import { never } from '../../columns/operations.ts';
import type { Operation } from '../../history.ts';
import { describeValue } from '../../specs/describe.ts';
import { noValue } from '../accesses.ts';
import { newOldInversion, phrase, phraseWithAnswer, reference } from '../phrases.ts';
import type { Cells } from './cells.ts';
import { refusedBeside } from './refused.ts';

export interface Fact {
  readonly history: History;
  /** The row in `history.operations`. */
  readonly row: number;
  /** Ids of values, or `noValue`. */
  readonly seen: number;
  readonly left: number;
  readonly start: number;
  /** `never` when open. */
  readonly end: number;
}

export function factOf({ history, row, seen, left, start, end }: Cells, cell: number): Fact {
  return {
    history,
    row: row[cell] ?? 0,
    seen: seen[cell] ?? noValue,
    left: left[cell] ?? noValue,
    start: start[cell] ?? 0,
    end: end[cell] ?? never,
  };
}

export const isOpen = ({ end }: Fact): boolean => end === never;
export const isRead = ({ left }: Fact): boolean => left === noValue;

/** The value that it found, or of a plain write the one that it left. */
export const foundBy = ({ seen, left }: Fact): number => (seen === noValue ? left : seen);
/** The value that was there when it had taken effect. */
export const leftBy = ({ seen, left }: Fact): number => (left === noValue ? seen : left);

export const operationOf = ({ history, row }: Fact): Operation => history.operation(row);
export const told = (fact: Fact): string => phrase(operationOf(fact));
export const toldWithAnswer = (fact: Fact): string => phraseWithAnswer(operationOf(fact));

/** What happened, and that it did: `read of x by process 0 (ops 1–2) answered 3`, `write … (ops 1–2) succeeded`. */
export function headline(operation: Operation): string {
  const words = phraseWithAnswer(operation);
  return words === phrase(operation) ? `${words} succeeded` : words;
}

/** A value by its id, in words. */
export function valueIn(history: History, id: number): string {
  return describeValue(history.events.values.get(id));
}

/** What was there before another operation began, as one that had ended tells. */
export function known(fact: Fact): string {
  const operation = operationOf(fact);
  const value = valueIn(fact.history, leftBy(fact));
  const where = reference(operation);
  return isRead(fact)
    ? `process ${operation.invocation.process} had read ${value} before it began (${where})`
    : `${value} was written and acknowledged before it began (${where})`;
}

export function notAgain(history: History, value: number): string {
  return value === nullId ? 'nothing removed it again' : `nothing wrote ${valueIn(history, value)} again`;
}

/** The name of what two reads show that saw a new value and then an old one; nothing for other operations. */
export function inversionOf(earlier: Fact, later: Fact): string {
  return isRead(earlier) && isRead(later) ? newOldInversion : '';
}

/** That nothing wrote a value, at most something that failed; with the row of that. */
export interface NeverWritten {
  readonly words: string;
  readonly rows: readonly number[];
}

/** That nothing wrote a value to the key of a row. O(operations of the history). */
export function neverWritten(history: History, row: number, value: number): NeverWritten {
  const words = valueIn(history, value);
  const refused = failedWriterOf(history, row, value);
  if (refused === undefined) return { words: `nothing had ever written ${words}`, rows: [] };
  const failed = phrase(history.operation(refused));
  return { words: `${words} was only written by an operation that failed: ${failed}`, rows: [refused] };
}

/** The first operation that would have left a value there, but failed or did not match. */
function failedWriterOf(history: History, row: number, value: number): number | undefined {
  const { input, f } = history.operations;
  const { values, fNames } = history.events;
  const cas = fNames.find('cas');
  return refusedBeside(history, row).find((other) => {
    if (f[other] !== cas) return value !== nullId && input[other] === value;
    const asked = values.get(input[other] ?? 0);
    return Array.isArray(asked) && asked.length === 2 && values.idOf(asked[1] as Json) === value;
  });
}
