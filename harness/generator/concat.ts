/**
 * One generator after the other. There is no barrier: the next one begins as soon as the one before has nothing left,
 * while its last operations may still be in flight (`phases` waits for them).
 */
import type { Generator } from './generator.ts';
import { exhausted } from './leaves.ts';
import { followedBy } from './steps.ts';

export function concat(generators: readonly Generator[]): Generator {
  const [current, ...others] = generators;
  if (current === undefined) return exhausted;
  if (others.length === 0) return current;
  return {
    next(context) {
      const step = current.next(context);
      if (step.kind === 'exhausted') return concat(others).next(context);
      return followedBy(step, (rest) => concat([rest, ...others]));
    },
    update(context, event) {
      const after = current.update(context, event);
      return after === current ? this : concat([after, ...others]);
    },
  };
}
