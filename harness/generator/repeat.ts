/** The same again: one operation over and over, or a whole generator from its start. */
import type { Generator } from './generator.ts';
import { exhausted } from './leaves.ts';
import { followedBy, pending } from './steps.ts';

/** The generator's next operation, `times` times; it learns from events, but does not move on. */
export function repeat(generator: Generator, times = Infinity): Generator {
  if (times <= 0) return exhausted;
  return {
    next(context) {
      const step = generator.next(context);
      if (step.kind === 'pending') return pending(this, step.untilNs);
      return followedBy(step, () => repeat(generator, times - 1));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : repeat(after, times);
    },
  };
}

/** The whole generator, `times` times: as it is given here, again whenever it is exhausted. */
export function cycle(generator: Generator, times = Infinity): Generator {
  const round = (current: Generator, left: number): Generator => {
    if (left <= 0) return exhausted;
    return {
      next(context) {
        const step = current.next(context);
        if (step.kind !== 'exhausted') return followedBy(step, (rest) => round(rest, left));
        if (left <= 1) return step;
        // A generator that has nothing even at its start would be restarted for ever.
        const restarted = generator.next(context);
        return followedBy(restarted, (rest) => round(rest, left - 1));
      },
      update(context, event) {
        const after = current.update(context, event);
        return after === current ? this : round(after, left);
      },
    };
  };
  return round(generator, times);
}
