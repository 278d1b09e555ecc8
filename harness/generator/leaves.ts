/** Generators that make operations themselves, rather than combine others. */
import type { Op } from '../history.ts';
import type { Generator, GeneratorContext, Invocation } from './generator.ts';
import { pending } from './steps.ts';

/** Nothing, for ever. */
export const exhausted: Generator = {
  next: () => ({ kind: 'exhausted' }),
  update: () => exhausted,
};

/** This operation, once. */
export function single(op: Invocation): Generator {
  return {
    next() {
      return { kind: 'op', op, rest: exhausted };
    },
    update() {
      return this;
    },
  };
}

/** This operation, once, and not before this time. */
export function at(timeMs: number, op: Invocation): Generator {
  return {
    next(context) {
      if (context.timeNs < timeMs * 1e6) return pending(this, timeMs * 1e6);
      return { kind: 'op', op, rest: exhausted };
    },
    update() {
      return this;
    },
  };
}

/** These operations, in order. */
export function list(ops: readonly Invocation[]): Generator {
  return fromState(0, {
    next(position) {
      const op = ops[position];
      return op === undefined ? 'exhausted' : { op, state: position + 1 };
    },
  });
}

/** What a leaf answers: an operation, nothing now, or nothing ever again. */
export type LeafAnswer = Invocation | 'pending' | 'exhausted';

/** Calls the function for every operation. It must be pure: all that it knows is the context. */
export function fromFunction(make: (context: GeneratorContext) => LeafAnswer): Generator {
  return {
    next(context) {
      const answer = make(context);
      if (answer === 'exhausted') return { kind: 'exhausted' };
      return answer === 'pending' ? pending(this) : { kind: 'op', op: answer, rest: this };
    },
    update() {
      return this;
    },
  };
}

/** A leaf with a memory. Both functions are pure; states are immutable values. */
export interface Leaf<S> {
  next(
    state: S,
    context: GeneratorContext,
  ): { readonly op: Invocation; readonly state: S } | 'pending' | 'exhausted';
  /** The state after an event of the history; the same one when it changes nothing. */
  update?(state: S, event: Op, context: GeneratorContext): S;
}

/** A leaf in this state. */
export function fromState<S>(state: S, leaf: Leaf<S>): Generator {
  return {
    next(context) {
      const answer = leaf.next(state, context);
      if (answer === 'exhausted') return { kind: 'exhausted' };
      if (answer === 'pending') return pending(this);
      return { kind: 'op', op: answer.op, rest: fromState(answer.state, leaf) };
    },
    update(context, event) {
      const after = leaf.update?.(state, event, context) ?? state;
      return after === state ? this : fromState(after, leaf);
    },
  };
}
