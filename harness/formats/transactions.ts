/**
 * Transactions in foreign histories: lists of micro-operations, `[[:append 1 2] [:r 1 [1 2]]]`, however the operation
 * around them is called.
 */
import type { Json } from '../../nodes/kernel/wire.ts';

/** What an operation on a transaction is called here. */
export const transactionF = 'txn';

/** The names of micro-operations, and what they are called here. */
const names: Readonly<Record<string, string>> = {
  r: 'r',
  read: 'r',
  w: 'w',
  write: 'w',
  append: 'append',
};

/** Whether a value is a list, not an empty one, of micro-operations `[name key value]`. */
export function isTransaction(value: Json): value is readonly (readonly [string, Json, Json])[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return (value as readonly Json[]).every((micro) => {
    if (!Array.isArray(micro) || micro.length !== 3) return false;
    const [name] = micro as readonly Json[];
    return typeof name === 'string' && Object.hasOwn(names, name);
  });
}

/** The same transaction with its micro-operations called as they are here. */
export function normalized(transaction: readonly (readonly [string, Json, Json])[]): Json {
  if (transaction.every(([name]) => names[name] === name)) return transaction;
  return transaction.map(([name, key, value]) => [names[name] ?? name, key, value]);
}
