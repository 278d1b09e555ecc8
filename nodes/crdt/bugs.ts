/**
 * Deliberately planted mistakes, for `--bug NAME`: each replaces one rule of rules.ts. They are the classic ones of
 * programs that replicate data types by hand.
 */
import { bugsOf, type Bug } from '../kernel/bugs.ts';
import type { Operation, State } from './dataType.ts';
import type { AnyType } from './dataTypes.ts';
import {
  contextOf,
  dotOf,
  joinedContexts,
  mergedDots,
  type Context,
  type Dot,
  type Dotted,
} from './dotted.ts';
import type { PnCounterState } from './pnCounter.ts';
import { correctRules, type Applied, type Rules } from './rules.ts';
import { countOf, type Vector } from './vector.ts';

function added(a: Vector, b: Vector): Vector {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => countOf(a, at) + countOf(b, at));
}

/** What was there, and whatever else the other one has. */
function mergedByAdding(type: AnyType, local: State, remote: State): State {
  if (type.family !== 'counter') return correctRules.merge(type, local, remote);
  const [mine, theirs] = [local as PnCounterState, remote as PnCounterState];
  const values = added(mine.values, theirs.values);
  return type.name === 'g-counter'
    ? { values }
    : { ...mine, values, decrements: added(mine.decrements, theirs.decrements) };
}

/** How much an operation takes away from a PN-counter. */
function takenBy(type: AnyType, operation: Operation): number {
  if (type.name !== 'pn-counter') return 0;
  if (operation.kind === 'take') return operation.amount;
  return operation.kind === 'increment' ? -operation.amount : 0;
}

/** The entry of the replica goes down, and `decrements` stay empty. */
function appliedInOneMap(type: AnyType, state: State, self: number, operation: Operation): Applied | null {
  const taken = takenBy(type, operation);
  if (taken <= 0) return null;
  const { values, decrements } = state as PnCounterState;
  const lowered = Array.from({ length: Math.max(values.length, self + 1) }, (_, at) =>
    Math.max(0, countOf(values, at) - (at === self ? taken : 0)),
  );
  const after: PnCounterState = { values: lowered, decrements };
  return { state: after, delta: after };
}

/** The context without these dots. O(all dots ever seen): good enough for a mistake. */
function forgetting({ vector, cloud }: Context, forgotten: readonly Dot[]): Context {
  const all = vector.flatMap((count, replica) =>
    Array.from({ length: count }, (_, at): Dot => [replica, at + 1]),
  );
  const isKept = ([replica, counter]: Dot): boolean =>
    !forgotten.some((dot) => dot[0] === replica && dot[1] === counter);
  return contextOf([...all, ...cloud].filter(isKept));
}

/** The element goes, and nothing remembers which dots it had. */
function removedWithoutDots(type: AnyType, state: State, operation: Operation): Applied | null {
  if (type.name !== 'or-set' || operation.kind !== 'remove') return null;
  const { dots, context } = state as Dotted;
  const gone = dots.filter(([, , element]) => element === operation.element);
  if (gone.length === 0) return null;
  const after: Dotted = {
    dots: dots.filter((dot) => !gone.includes(dot)),
    context: forgetting(context, gone.map(dotOf)),
  };
  return { state: after, delta: after };
}

/** Own dots begin again above those that are still there. */
function withOwnDotsForgotten(state: State, self: number): State {
  if (!('dots' in state)) return state;
  const { dots, context } = state;
  const last = Math.max(0, ...dots.flatMap(([replica, counter]) => (replica === self ? [counter] : [])));
  const vector = context.vector.map((count, replica) => (replica === self ? last : count));
  return { dots, context: { ...context, vector } };
}

/** Siblings come in, whatever has replaced them here. */
function mergedKeepingAll(type: AnyType, local: State, remote: State): State {
  if (type.name !== 'mv-register') return correctRules.merge(type, local, remote);
  const [mine, theirs] = [local as Dotted, remote as Dotted];
  const context = joinedContexts(mine.context, theirs.context);
  const nothing = { vector: [], cloud: [] };
  const { dots } = mergedDots({ dots: mine.dots, context: nothing }, { dots: theirs.dots, context: nothing });
  return { dots: [...new Map(dots.map((dot) => [`${dot[0]}.${dot[1]}`, dot])).values()], context };
}

const bugs: readonly Bug<Rules>[] = [
  {
    name: 'merge-adds',
    mistake: 'merging counters adds the entries up instead of taking the greater ones',
    revealedBy: 'merges-invent-nothing, and counter bounds: whatever comes twice counts twice',
    rules: { merge: mergedByAdding },
  },
  {
    name: 'decrements-in-same-map',
    mistake: 'a decrement lowers the entry of the replica in the one map that is merged by the greater entry',
    revealedBy:
      'states-inflate and no-lost-writes, with type=pn-counter: the next merge undoes the decrement',
    rules: {
      apply: (type, state, self, operation) =>
        appliedInOneMap(type, state, self, operation) ?? correctRules.apply(type, state, self, operation),
    },
  },
  {
    name: 'counter-not-durable',
    mistake: 'what a replica does itself is kept in memory only; what it hears from others is journaled',
    revealedBy: 'states-inflate and no-lost-writes, when nodes are killed',
    rules: { journalOfOwn: () => [] },
  },
  {
    name: 'remove-unseen',
    mistake: 'a remove takes the element away without the dots that it has observed',
    revealedBy: 'states-inflate and set-full, with type=or-set: peers bring the element back',
    rules: {
      apply: (type, state, self, operation) =>
        removedWithoutDots(type, state, operation) ?? correctRules.apply(type, state, self, operation),
    },
  },
  {
    name: 'dot-reused-after-restart',
    mistake: 'a restarted replica begins to give dots above its own ones that are still there',
    revealedBy: 'states-inflate, stamps-are-unique and set-full, with type=or-set, when nodes are killed',
    rules: { recovered: withOwnDotsForgotten },
  },
  {
    name: 'lww-by-arrival',
    mistake: 'what arrives replaces what is there, whatever their timestamps',
    revealedBy: 'states-inflate and convergence, with type=lww-register',
    rules: {
      merge: (type, local, remote) =>
        type.name === 'lww-register' ? remote : correctRules.merge(type, local, remote),
    },
  },
  {
    name: 'mv-keeps-dominated',
    mistake: 'a merge keeps the values of both sides, also those that one side has replaced',
    revealedBy: 'states-inflate and only-concurrent, with type=mv-register',
    rules: { merge: mergedKeepingAll },
  },
  {
    name: 'escrow-without-transfer-record',
    mistake: 'rights are given away, and the giver does not note that it has them no more',
    revealedBy: 'never-below-zero, merges-invent-nothing and never-oversold, with type=bounded-counter',
    rules: { recordsGifts: false },
  },
  {
    name: 'delta-dropped-on-loss',
    mistake: 'a delta-interval is forgotten once it was sent, whether the other node has received it or not',
    revealedBy: 'kept-is-there and convergence, with sync=delta, when messages are lost',
    rules: { keptAfter: (kept, { through }) => Math.max(kept ?? 0, through) },
  },
];

export const { bugSpecs, rulesOf } = bugsOf('crdt', correctRules, bugs);
