/**
 * The operations of a history as a checker of sequential specs sees them: intervals between two events, key by key.
 *
 * Time is the order of the history: an operation lasts from the index of its invocation to the index of its
 * completion. Two operations are ordered only if one completed at a smaller index than the other was invoked at, so
 * the intervals are closed and nothing depends on the clock.
 */
import type { History } from '../../../harness/columns/history.ts';
import { failOutcome, okOutcome } from '../../../harness/columns/operations.ts';
import type { Operation } from '../../../harness/history.ts';
import type { Input, Output, SequentialSpec } from '../../../harness/specs/spec.ts';

/** One operation with its interval. An open one (info, or no completion) ends never and answered nothing. */
export interface Call {
  readonly operation: Operation;
  readonly input: Input;
  readonly output: Output;
  /** Index of the invocation. */
  readonly start: number;
  /** Index of the completion; Infinity when open. */
  readonly end: number;
}

/** Everything that concerns one key, or everything there is when keys are not independent. */
export interface Partition {
  /** Undefined for operations without a key, and for specs that cannot be split. */
  readonly key: string | undefined;
  /** What must be explained, and open operations that may have taken effect, by start. */
  readonly calls: readonly Call[];
  /** What surely did not happen. It constrains nothing, but explains much when somebody saw it. */
  readonly failed: readonly Operation[];
}

function callOf(history: History, row: number): Call {
  const { outcome, output, start, end } = history.operations;
  const operation = history.operation(row);
  const { f, value } = operation.invocation;
  const isOk = outcome[row] === okOutcome;
  return {
    operation,
    input: { f, value },
    output: isOk ? { value: history.events.values.get(output[row] ?? 0) } : 'unknown',
    start: start[row] ?? 0,
    end: isOk ? (end[row] ?? 0) : Infinity,
  };
}

/**
 * Splits a history by key. Operations that failed are set apart; observers without an answer are dropped, because an
 * operation that changes no state and tells nothing is explained by any order. O(events).
 */
export function partitionsOf(history: History, spec: SequentialSpec): Partition[] {
  const { length, outcome } = history.operations;
  const partitions = new Map<string | undefined, { calls: Call[]; failed: Operation[] }>();
  for (let row = 0; row < length; row++) {
    const call = callOf(history, row);
    const { f, key: ownKey } = call.operation.invocation;
    const key = spec.byKey ? ownKey : undefined;
    let partition = partitions.get(key);
    if (!partition) partitions.set(key, (partition = { calls: [], failed: [] }));
    if (outcome[row] === failOutcome) partition.failed.push(call.operation);
    else if (outcome[row] === okOutcome || !spec.observers.includes(f)) partition.calls.push(call);
  }
  return [...partitions].map(([key, { calls, failed }]) => ({ key, calls, failed }));
}
