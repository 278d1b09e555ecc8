/** Only the operations that pass; the others are skipped without taking time. */
import { assert } from '../../nodes/kernel/assert.ts';
import type { Generator, Invocation } from './generator.ts';
import { followedBy } from './steps.ts';

/** So many operations in a row that do not pass are a mistake, which would otherwise hang the run. */
const skippedMax = 10_000;

export function filter(passes: (op: Invocation) => boolean, generator: Generator): Generator {
  return {
    next(context) {
      let step = generator.next(context);
      for (let skipped = 0; step.kind === 'op' && !passes(step.op); skipped++) {
        assert(skipped < skippedMax, `a filter skipped ${skippedMax} operations in a row`);
        step = step.rest.next(context);
      }
      return followedBy(step, (rest) => filter(passes, rest));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : filter(passes, after);
    },
  };
}
