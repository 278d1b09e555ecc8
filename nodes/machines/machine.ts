/**
 * A replicated state machine: what a log of operations acts on. Deterministic: the same operations in the same order
 * give the same state and the same results on every node, so results may depend on nothing but state and operation.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { Json } from '../kernel/wire.ts';

export interface StateMachine<Operation, Query, State> {
  /** Why this must not even be started, whatever the state is; null when it may. */
  refusal(asked: Operation | Query): MachineResult | null;
  /** Looks, and changes nothing. */
  query(query: Query): MachineResult;
  /** What the operation would answer to the state as it is; changes nothing. */
  preview(operation: Operation): MachineResult;
  apply(operation: Operation): MachineResult;
  /** The whole state, as plain JSON; what is applied later does not change it. */
  snapshot(): State;
}

/** One step of a transaction. Reads and pops are answered with the value in place of `null`. */
export type MicroOperation =
  | readonly ['r', string, Json]
  | readonly ['w', string, Json]
  | readonly ['append', string, Json]
  | readonly ['cas', string, readonly [from: Json, to: Json]]
  | readonly ['add', string, number, number]
  | readonly ['pop', string, Json];

/** What a statement of SQL answered. */
export interface SqlRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  /** How many rows it has changed. */
  readonly changes: number;
}

/** What a machine answers; kept in a session for when the client asks again. */
export type MachineResult =
  | { readonly type: 'value'; readonly key: string; readonly value: Json }
  | { readonly type: 'written'; readonly key: string; readonly value: Json }
  | { readonly type: 'txn'; readonly txn: readonly MicroOperation[] }
  | { readonly type: 'sql'; readonly results: readonly SqlRows[]; readonly isSingle: boolean }
  | { readonly type: 'refused'; readonly error: ErrorName; readonly why: string; readonly key?: string };

/** The definite "not now": nothing was started. */
export function unavailable(why: string): MachineResult {
  return { type: 'refused', error: 'temporarily-unavailable', why };
}
