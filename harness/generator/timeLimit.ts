/** A generator that ends after a while. */
import type { Generator } from './generator.ts';
import { earlier, followedBy, pending } from './steps.ts';

/** Ends `durationMs` after it was first asked. No operation starts at or after that time. */
export function timeLimit(durationMs: number, generator: Generator): Generator {
  return until(undefined, durationMs * 1e6, generator);
}

function until(endNs: number | undefined, durationNs: number, generator: Generator): Generator {
  return {
    next(context) {
      const end = endNs ?? context.timeNs + durationNs;
      if (context.timeNs >= end) return { kind: 'exhausted' };
      const step = generator.next(context);
      if (step.kind === 'pending')
        return pending(until(end, durationNs, step.rest), earlier(step.untilNs, end));
      return followedBy(step, (rest) => until(end, durationNs, rest));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : until(endNs, durationNs, after);
    },
  };
}
