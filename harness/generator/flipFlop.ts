/** Strict alternation: a, b, a, b … Ends when the one whose turn it is has ended. */
import type { Generator } from './generator.ts';
import { pending } from './steps.ts';

export function flipFlop(turn: Generator, other: Generator): Generator {
  return {
    next(context) {
      const step = turn.next(context);
      if (step.kind === 'op') return { kind: 'op', op: step.op, rest: flipFlop(other, step.rest) };
      return step.kind === 'pending' ? pending(flipFlop(step.rest, other), step.untilNs) : step;
    },
    update(context, event) {
      const turnAfter = turn.update(context, event);
      const otherAfter = other.update(context, event);
      return turnAfter === turn && otherAfter === other ? this : flipFlop(turnAfter, otherAfter);
    },
  };
}
