/**
 * What a replicated data type is (Shapiro et al. 2011, §2.2–2.3; Almeida et al. 2018, §4): a join semilattice with a
 * bottom, operations that only ever go up in it, and a value that is read off a state. An operation says what it adds
 * as a small state, its delta; its effect is the join of that with what was there. One file a type. Pure.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { JsonSchema } from '../kernel/model.ts';
import type { Json } from '../kernel/wire.ts';
import type { BoundedCounterState } from './boundedCounter.ts';
import type { Dotted } from './dotted.ts';
import type { GCounterState } from './gCounter.ts';
import type { GSetState } from './gSet.ts';
import type { LwwState } from './lwwRegister.ts';
import type { PnCounterState } from './pnCounter.ts';
import type { Vector } from './vector.ts';

export type Family = 'counter' | 'set' | 'register';
export type Element = string | number;
export type State = GCounterState | PnCounterState | BoundedCounterState | GSetState | LwwState | Dotted;

/** What a client asks of an object. */
export type Operation =
  /** A negative amount is taken away, whatever is there. */
  | { readonly kind: 'increment'; readonly amount: number }
  /** Takes a positive amount away, if the replica counts that many. */
  | { readonly kind: 'take'; readonly amount: number }
  | { readonly kind: 'add' | 'remove'; readonly element: Element }
  /** `context`: what an earlier answer said that the client has seen. */
  | { readonly kind: 'write'; readonly value: Json; readonly context: Vector };

export interface Refusal {
  readonly error: ErrorName;
  readonly why: string;
}
export type Mutation<S> = { readonly delta: S } | Refusal;

export type Body = { readonly [name: string]: Json };

export interface DataType<S> {
  readonly name: string;
  readonly family: Family;
  /** Of a state on the wire. */
  readonly schema: JsonSchema;
  readonly bottom: S;
  /** The least state above both; `a` itself when `b` is not above it. */
  readonly merge: (a: S, b: S) => S;
  /** What the operation adds at the replica `self`. Nothing was changed when it is refused. */
  readonly mutate: (state: S, self: number, operation: Operation) => Mutation<S>;
  /** How many replicas a state speaks of: one more than the greatest index in it. */
  readonly width: (state: S) => number;
  /** The answer to a read, in a cluster of so many nodes. Equal states give equal answers. */
  readonly view: (state: S, size: number) => Body;
  /** What the answer to an operation says besides its success. */
  readonly receipt: (state: S) => Body;
}

/** Counts on the wire and off it: a sum over a thousand replicas stays exact. */
export const countMax = 2 ** 40;
/** More than any cluster has nodes. */
export const replicasMax = 1000;

export const countSchema: JsonSchema = { type: 'integer', minimum: 0, maximum: countMax };
export const vectorSchema: JsonSchema = { type: 'array', maxItems: replicasMax, items: countSchema };
export const elementSchema: JsonSchema = { type: ['string', 'number'] };

export function objectSchema(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

export function unsupported(name: string, { kind }: Operation): Refusal {
  return { error: 'not-supported', why: `a ${name} has no operation ${kind}` };
}

export const exhausted: Refusal = { error: 'abort', why: 'the counter of this replica is exhausted' };
