/**
 * The operations of a history as a checker of sequential specs sees them: intervals between two events, key by key.
 *
 * Time is the order of the history: an operation lasts from the index of its invocation to the index of its
 * completion. Two operations are ordered only if one completed at a smaller index than the other was invoked at, so
 * the intervals are closed and nothing depends on the clock.
 */
import { operationsOf, type Op, type Operation } from '../history.ts';
import type { Input, Output, SequentialSpec } from '../specs/spec.ts';

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

function callOf({ invocation, completion }: Operation): Call {
  const input: Input = { f: invocation.f, value: invocation.value };
  const operation = completion ? { invocation, completion } : { invocation };
  return completion?.type === 'ok'
    ? {
        operation,
        input,
        output: { value: completion.value },
        start: invocation.index,
        end: completion.index,
      }
    : { operation, input, output: 'unknown', start: invocation.index, end: Infinity };
}

/**
 * Splits a history by key. Operations that failed are set apart; observers without an answer are dropped, because an
 * operation that changes no state and tells nothing is explained by any order. O(events).
 */
export function partitionsOf(history: readonly Op[], spec: SequentialSpec): Partition[] {
  const partitions = new Map<string | undefined, { calls: Call[]; failed: Operation[] }>();
  for (const operation of operationsOf(history)) {
    const key = spec.byKey ? operation.invocation.key : undefined;
    let partition = partitions.get(key);
    if (!partition) partitions.set(key, (partition = { calls: [], failed: [] }));
    if (operation.completion?.type === 'fail') partition.failed.push(operation);
    else if (operation.completion?.type === 'ok' || !spec.observers.includes(operation.invocation.f))
      partition.calls.push(callOf(operation));
  }
  return [...partitions].map(([key, { calls, failed }]) => ({ key, calls, failed }));
}
