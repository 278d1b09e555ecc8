/**
 * A workload: which operations are generated, how each becomes a request and its answer a completion, and which
 * checkers judge the history. One file a workload, in workloads/.
 */
import { nodeId, type NodeId } from '../nodes/kernel/ids.ts';
import type { Guarantee, Sessions, Settling } from '../nodes/kernel/model.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import type { Checker } from './checkers/checker.ts';
import type { Generator, Invocation } from './generator/generator.ts';

export interface WorkloadOptions {
  readonly nodes: number;
  /** The nodes that there are, if they are not n1 to n<nodes> any more. */
  readonly members?: readonly NodeId[];
  readonly concurrency: number;
  /** How processes choose nodes (default: they roam). */
  readonly sessions?: Sessions;
  /** What the claim says of convergence: then the final reads ask every node until all agree. */
  readonly converges?: Settling;
  /** What the service can do (default: everything). */
  readonly service?: Service;
}

/** The nodes that may be asked. */
export function nodesOf({ nodes, members }: Pick<WorkloadOptions, 'nodes' | 'members'>): readonly NodeId[] {
  return members ?? Array.from({ length: nodes }, (_, index) => nodeId(index + 1));
}

/** What a workload asks of the service that it is to run on. */
export interface Service {
  /** Whether it can do actions of this kind. */
  knows(kind: ActionKind): boolean;
  /** Whether it tells several objects of this kind apart; else there is one, whatever the key. */
  hasKeys(kind: ActionKind): boolean;
  /** Nothing may be taken from its counters, and it may not know how to refuse that. */
  readonly onlyGrows?: boolean;
}

/** What is known of a key when its final reads begin. */
export interface UsedKey {
  readonly key: string;
  /** How many operations on it ended in `info`: any of them may still take effect. */
  readonly crashes: number;
}

/** What a client does to a service, apart from how the service spells it (harness/profile.ts). */
export type Action =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: Json }
  | { readonly kind: 'cas'; readonly key: string; readonly from: Json; readonly to: Json }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'txn'; readonly txn: readonly Json[] }
  /** Sets: the result of `elements` is a list, or null when there is none yet. */
  | { readonly kind: 'add' | 'remove'; readonly key: string; readonly element: Json }
  | { readonly kind: 'elements'; readonly key: string }
  /** Counters: an increment below 0 is a decrement; the result of `count` is a number, or null for one not there yet. */
  | { readonly kind: 'increment'; readonly key: string; readonly amount: number }
  | { readonly kind: 'count'; readonly key: string }
  /** Queues: the result of `dequeue` is null when the queue is empty. */
  | { readonly kind: 'enqueue'; readonly key: string; readonly value: Json }
  | { readonly kind: 'dequeue'; readonly key: string }
  /** Locks: the result of `acquire` is the fencing token; a lock that is taken, or not the owner's, refuses. */
  | { readonly kind: 'acquire' | 'release'; readonly key: string; readonly owner: Json }
  /** Accounts get this much each, at one moment, whatever they had. */
  | { readonly kind: 'open'; readonly accounts: readonly string[]; readonly balance: number }
  /** Accounts: money goes over whole or not at all, and none goes below 0; the result of `balances` is an object. */
  | { readonly kind: 'transfer'; readonly from: string; readonly to: string; readonly amount: number }
  | { readonly kind: 'balances'; readonly accounts: readonly string[] }
  /** Stock of a product (`key`): a sale takes that many unless they are not there, which is the outcome `false`. */
  | {
      readonly kind: 'restock' | 'sell';
      readonly key: string;
      readonly quantity: number;
      readonly region: string;
    }
  | { readonly kind: 'stock'; readonly key: string }
  /** Who leads, as the asked node says: `{leader, term}`. */
  | { readonly kind: 'leader' };

export type ActionKind = Action['kind'];

/** Actions of these kinds change nothing. */
export const looking: ReadonlySet<ActionKind> = new Set([
  'read',
  'elements',
  'count',
  'balances',
  'stock',
  'leader',
]);

export interface Workload {
  readonly name: string;
  readonly meaning: string;
  /** Operations that change nothing: an unclear outcome of these is `fail`, not `info`. */
  readonly idempotent: readonly string[];
  generator(options: WorkloadOptions): Generator;
  /** The kinds of actions that it takes: one of these lists must be known to the service. */
  readonly needs: readonly (readonly ActionKind[])[];
  /**
   * Runs after everything is healed: final reads. `keys` are those that the main generator used, in the order of their
   * first invocation.
   */
  finalGenerator(options: WorkloadOptions, keys: readonly UsedKey[]): Generator;
  /** The action of an operation, or its first one. */
  action(invocation: Invocation, service?: Service): Action;
  /**
   * Where a service has no atomic way to do what an operation asks, it takes several actions: what follows the results so
   * far (at least one), at the node that gave the last one; null when all is done.
   */
  following?(invocation: Invocation, results: readonly Json[], service?: Service): Action | null;
  /** The value of the `ok` completion, from the result of its last action (a read value, the txn filled in …). */
  completed(invocation: Invocation, result: Json, results?: readonly Json[]): Json;
  /** The keys that an operation concerns which has no `key`: a transaction. */
  keysOf?(invocation: Invocation): readonly string[];
  /** The checker of a level, or null when this workload cannot judge it. */
  checker(level: Guarantee): Checker | null;
  /** The levels that stand for a claim which this workload cannot judge itself (default: the strongest that it can). */
  readonly standIns?: readonly Guarantee[];
  /** Checkers that judge whatever the model claims (nothing invented, a term has one leader …). */
  readonly always: readonly Checker[];
  /**
   * Checkers of what a level means for these objects in particular. They judge where that level, or one above, is judged;
   * those of `own`, where nodes are claimed to show what they have acknowledged themselves; those of `siblings`, where
   * values are claimed to stand side by side until somebody has seen them.
   */
  readonly entails?: Readonly<Partial<Record<Guarantee | 'own' | 'siblings', readonly Checker[]>>>;
  /** The name of the sequential spec that its operations follow. */
  readonly spec: string;
}
