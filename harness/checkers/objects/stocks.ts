/**
 * Counters and inventories are the same thing to a checker: a stock to which amounts are added and from which amounts
 * are taken, and that is read. A counter is one stock a key; an inventory one for each product.
 *
 * Only whole numbers are judged: sums of fractions depend on the order in which they are rounded, which nobody knows.
 */
import type { History } from '../../columns/history.ts';
import { falseId } from '../../columns/interner.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { lotOf, unitsRead } from '../../specs/inventory.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { phrase } from '../phrases.ts';
import { described } from './answers.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

/** A stock, and what was done to it. Rows are of `history.operations`, by start. */
export interface Stock {
  /** Of an inventory: which product. */
  readonly shelf: string;
  readonly initial: number;
  /** The operations that may have added or taken something: those that did not fail and were not refused. */
  readonly moves: readonly number[];
  /** By the position in `moves`: what it adds, negative if it takes. */
  readonly amounts: readonly number[];
  /** The completed reads. */
  readonly reads: readonly number[];
  /** By the position in `reads`: what it answered. */
  readonly seen: readonly number[];
}

/** A stock in the making. */
type Growing<T> = { -readonly [name in keyof T]: T[name] extends readonly (infer E)[] ? E[] : T[name] };

/** What one operation does to which stock; `move` of 0 is a read. */
interface Deed {
  readonly shelf: string;
  readonly amount: number;
  readonly isRead: boolean;
}

/** Specs whose operations move amounts. */
export function hasStocks({ name }: SequentialSpec): boolean {
  return name === 'counter' || name === 'bounded-counter' || name === 'inventory';
}

/** The stocks of a history, or in words why it cannot be counted. O(operations). */
export function stocksOf(history: History, spec: SequentialSpec, initial?: Json): Stock[] | string {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return `${spec.name} has no operation ${strange}`;
  const { operations, events } = history;
  const stocks: Growing<Stock>[] = [];
  let moved = 0;
  for (const rows of rowsByKey(history, spec)) {
    const ofShelf = new Map<string, Growing<Stock>>();
    for (const row of rows) {
      if (operations.outcome[row] === failOutcome) continue;
      const f = events.fNames.get(operations.f[row] ?? 0);
      const deed = deedOf(spec, f, events.values.get(operations.input[row] ?? 0));
      if (!deed) return `${phrase(history.operation(row))} moves no whole number`;
      const stock = ofShelf.get(deed.shelf) ?? emptyStock(spec, deed.shelf, initial);
      if (typeof stock === 'string') return stock;
      ofShelf.set(deed.shelf, stock);
      if (!deed.isRead) {
        if (isRefused(spec, history, row)) continue;
        moved += Math.abs(deed.amount);
        stock.moves.push(row);
        stock.amounts.push(deed.amount);
      } else if (operations.outcome[row] === okOutcome) {
        const answer = events.values.get(operations.output[row] ?? 0);
        const seen = seenBy(spec, answer);
        if (seen === undefined)
          return `${phrase(history.operation(row))} answered ${described(answer)}, which is no number`;
        stock.reads.push(row);
        stock.seen.push(seen);
      }
    }
    stocks.push(...ofShelf.values());
  }
  return Number.isSafeInteger(moved) ? stocks : 'the amounts are too large to be added up exactly';
}

function deedOf({ name }: SequentialSpec, f: string, value: Json): Deed | undefined {
  if (name === 'inventory') {
    const lot = lotOf(value);
    if (!lot) return undefined;
    if (f === 'read') return { shelf: lot.shelf, amount: 0, isRead: true };
    if (!Number.isSafeInteger(lot.units) || lot.units < 0) return undefined;
    return { shelf: lot.shelf, amount: f === 'sell' ? -lot.units : lot.units, isRead: false };
  }
  if (f === 'read') return { shelf: '', amount: 0, isRead: true };
  return Number.isSafeInteger(value) ? { shelf: '', amount: value as number, isRead: false } : undefined;
}

function seenBy({ name }: SequentialSpec, answer: Json): number | undefined {
  if (name === 'inventory') return unitsRead(answer);
  if (answer === null) return 0;
  return typeof answer === 'number' ? answer : undefined;
}

/** A sale, or an addition to a bounded counter, that was answered with false saw too little, and changed nothing. */
function isRefused({ name }: SequentialSpec, { operations, events }: History, row: number): boolean {
  if (operations.outcome[row] !== okOutcome || operations.output[row] !== falseId) return false;
  return name === 'bounded-counter' || operations.f[row] === events.fNames.find('sell');
}

function emptyStock(spec: SequentialSpec, shelf: string, initial?: Json): Growing<Stock> | string {
  const state = spec.init(initial);
  const units = state instanceof Map ? ((state as ReadonlyMap<string, number>).get(shelf) ?? 0) : state;
  return Number.isSafeInteger(units)
    ? { shelf, initial: units as number, moves: [], amounts: [], reads: [], seen: [] }
    : 'the initial amount is no whole number';
}
