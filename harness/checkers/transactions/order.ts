/**
 * The orders that need no data: what one session did one after the other, and what was over before something else began.
 *
 * Rows are in the order of invocations, so those that began after a transaction was over are a suffix of the rows: real
 * time costs one number a transaction, not an edge for every pair.
 */
import { never, okOutcome } from '../../columns/operations.ts';
import { Numbers } from '../../columns/numbers.ts';
import { committed, NotApplicable, type Transactions } from './transactions.ts';

export interface Order {
  /** Whether a transaction took effect, as far as anybody can tell. */
  readonly isCommitted: Uint8Array;
  /** By transaction: the next committed one of its process, or −1. */
  readonly nextOfProcess: Int32Array;
  /** By transaction: the first one that was invoked after its completion; `length` when there is none. */
  readonly firstAfter: Int32Array;
}

/** O(n log n) in transactions. */
export function orderOf({ history, length, status }: Transactions): Order {
  const { start, end, process, outcome } = history.operations;
  const isCommitted = new Uint8Array(length);
  const nextOfProcess = new Int32Array(length).fill(-1);
  const firstAfter = new Int32Array(length).fill(length);
  const sessions = new Numbers();
  const next: number[] = [];
  for (let txn = length - 1; txn >= 0; txn--) {
    if (txn > 0 && (start[txn - 1] ?? 0) >= (start[txn] ?? 0))
      throw new NotApplicable('the operations are not in the order of their invocations');
    if (status[txn] !== committed) continue;
    isCommitted[txn] = 1;
    const isOk = outcome[txn] === okOutcome;
    const session = sessions.ordinalOf(process[txn] ?? 0);
    const after = next[session];
    // An open one may take effect at any later time: where its process goes on, it is a session of its own.
    if (!isOk && after !== undefined) continue;
    nextOfProcess[txn] = after ?? -1;
    next[session] = txn;
    const over = end[txn] ?? never;
    if (isOk && over !== never) firstAfter[txn] = firstLater(start, txn + 1, length, over);
  }
  return { isCommitted, nextOfProcess, firstAfter };
}

/** The first row in `[from, to)` that starts after `index`. */
function firstLater(start: Int32Array, from: number, to: number, index: number): number {
  // Most transactions overlap few others: gallop, then halve.
  let step = 1;
  let low = from;
  while (low + step < to && (start[low + step] ?? 0) <= index) {
    low += step;
    step *= 2;
  }
  let high = Math.min(to, low + step);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((start[middle] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}
