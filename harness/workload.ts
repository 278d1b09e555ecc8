/**
 * A workload: which operations are generated, how each becomes a request and its answer a completion, and which
 * checkers judge the history. One file a workload, in workloads/.
 */
import type { Guarantee, Sessions, Settling } from '../nodes/kernel/model.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import type { Checker } from './checkers/checker.ts';
import type { Generator, Invocation } from './generator/generator.ts';

export interface WorkloadOptions {
  readonly nodes: number;
  readonly concurrency: number;
  /** How processes choose nodes (default: they roam). */
  readonly sessions?: Sessions;
  /** What the claim says of convergence: then the final reads ask every node until all agree. */
  readonly converges?: Settling;
}

/** What a client does to a key–value service, apart from how the service spells it (harness/profile.ts). */
export type Action =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: Json }
  | { readonly kind: 'cas'; readonly key: string; readonly from: Json; readonly to: Json }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'txn'; readonly txn: readonly Json[] };

export interface Workload {
  readonly name: string;
  readonly meaning: string;
  /** Operations that change nothing: an unclear outcome of these is `fail`, not `info`. */
  readonly idempotent: readonly string[];
  generator(options: WorkloadOptions): Generator;
  /**
   * Runs after everything is healed: final reads. `keys` are those that the main generator used, in the order of their
   * first invocation (Interpreter.keys).
   */
  finalGenerator(options: WorkloadOptions, keys: readonly string[]): Generator;
  action(invocation: Invocation): Action;
  /** The value of the `ok` completion, from the result of its action (a read value, the txn filled in …). */
  completed(invocation: Invocation, result: Json): Json;
  /** The checker of a level, or null when this workload cannot judge it. */
  checker(level: Guarantee): Checker | null;
  /** Checkers that judge whatever the model claims (nothing invented, final reads agree …). */
  readonly always: readonly Checker[];
  /** The name of the sequential spec that its operations follow. */
  readonly spec: string;
}
