/**
 * How fast operations follow each other, over all threads together.
 *
 * The pace is a plan: the next start is reckoned from the planned start, not from the actual one. So late wake-ups of a
 * coarse timer do not slow a fast plan down. After a stall (all clients stuck in a partition) a stagger makes up for at
 * most `catchUpMs`: no flood follows, and the rate is not lost to every little delay.
 */
import type { Generator, GeneratorContext } from './generator.ts';
import { followedBy, pending } from './steps.ts';

/** How much of a plan a stagger makes up for when it fell behind. */
export const catchUpMs = 100;

/** Operations at random intervals, uniform in [0, 2 · meanMs). The first one comes at once. */
export function stagger(meanMs: number, generator: Generator): Generator {
  const pace: Pace = {
    intervalNs: (context) => context.prng.next() * 2e6 * meanMs,
    behindNs: catchUpMs * 1e6,
  };
  return paced(pace, generator, -Infinity);
}

/** Operations exactly `intervalMs` apart; whatever was missed is made up for. The first one comes at once. */
export function delay(intervalMs: number, generator: Generator): Generator {
  return paced({ intervalNs: () => intervalMs * 1e6, behindNs: Infinity }, generator, -Infinity);
}

interface Pace {
  intervalNs(context: GeneratorContext): number;
  /** How far the plan may lie behind the present. */
  readonly behindNs: number;
}

/** Asks the generator from `plannedNs` on. Before that it is not even asked, so it decides on fresh knowledge. */
function paced(pace: Pace, generator: Generator, plannedNs: number): Generator {
  return {
    next(context) {
      if (context.timeNs < plannedNs) return pending(this, plannedNs);
      const step = generator.next(context);
      if (step.kind !== 'op') return followedBy(step, (rest) => paced(pace, rest, plannedNs));
      const { timeNs } = context;
      const reckonedNs = plannedNs === -Infinity ? timeNs : Math.max(plannedNs, timeNs - pace.behindNs);
      const nextNs = reckonedNs + pace.intervalNs(context);
      return followedBy(step, (rest) => paced(pace, rest, nextNs));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : paced(pace, after, plannedNs);
    },
  };
}
