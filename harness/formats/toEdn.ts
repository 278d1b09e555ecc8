/**
 * A history as Jepsen writes it: `history.edn`, a map a line. The key of an operation stands beside its value and inside
 * of it, as a tuple of jepsen.independent, so that Jepsen's tools and ours (independentKeys.ts) understand it.
 */
import type { History } from '../columns/history.ts';
import type { Op } from '../history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { isTransaction, transactionF } from './transactions.ts';

/** The lines of the file, with their ends. Memory is that of one line. */
export function* toEdn(history: History): Generator<string> {
  for (const op of history.ops()) yield `${lineOf(op)}\n`;
}

function lineOf({ index, timeNs, type, process, f, key, value, error, node }: Op): string {
  const written = f === transactionF && isTransaction(value) ? ofTransaction(value) : ofValue(value);
  const fields = [
    `:index ${index}`,
    `:time ${ofNumber(timeNs)}`,
    `:type :${type}`,
    `:process ${process === 'nemesis' ? ':nemesis' : process}`,
    `:f ${ofName(f)}`,
    ...(key === undefined
      ? [`:value ${written}`]
      : [`:key ${ofText(key)}`, `:value [${ofText(key)} ${written}]`]),
    ...(error === undefined ? [] : [`:error ${ofText(error)}`]),
    ...(node === undefined ? [] : [`:node ${ofText(node)}`]),
  ];
  return `{${fields.join(', ')}}`;
}

/** A keyword where the name can be one. */
function ofName(name: string): string {
  return /^[A-Za-z*!_?<>=$%&|][\w*+!?<>=$%&|.-]*$/.test(name) ? `:${name}` : ofText(name);
}

function ofText(text: string): string {
  // What JSON escapes, EDN escapes in the same way.
  return JSON.stringify(text);
}

function ofNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '##NaN' : `##${value < 0 ? '-' : ''}Inf`;
  // Integers beyond 2^53 are floats that happen to be whole.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes('e')
    ? `${value}.0`
    : String(value);
}

/** The names of micro-operations are keywords. */
function ofTransaction(transaction: readonly (readonly [string, Json, Json])[]): string {
  const micros = transaction.map(([name, key, value]) => `[:${name} ${ofValue(key)} ${ofValue(value)}]`);
  return `[${micros.join(' ')}]`;
}

function ofValue(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return ofText(value);
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(ofValue).join(' ')}]`;
  const fields = Object.entries(value as Readonly<Record<string, Json>>);
  return `{${fields.map(([name, field]) => `${ofText(name)} ${ofValue(field)}`).join(', ')}}`;
}
