/** The first operations of a generator. */
import { exhausted } from './leaves.ts';
import type { Generator } from './generator.ts';
import { followedBy, pending } from './steps.ts';

/** The first `count` operations. */
export function limit(count: number, generator: Generator): Generator {
  if (count <= 0) return exhausted;
  return {
    next(context) {
      const step = generator.next(context);
      if (step.kind === 'pending') return pending(limit(count, step.rest), step.untilNs);
      return followedBy(step, (rest) => limit(count - 1, rest));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : limit(count, after);
    },
  };
}

/** The first operation. */
export function once(generator: Generator): Generator {
  return limit(1, generator);
}
