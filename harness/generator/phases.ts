/** Barriers: what follows starts only when nothing of what went before is in flight. */
import { concat } from './concat.ts';
import type { Generator } from './generator.ts';
import { pending } from './steps.ts';

/** Starts when all threads are free. */
export function synchronize(generator: Generator): Generator {
  return {
    next(context) {
      return context.free.length < context.threads.length ? pending(this) : generator.next(context);
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : synchronize(after);
    },
  };
}

/** One generator after the other, each when all threads are free. */
export function phases(generators: readonly Generator[]): Generator {
  return concat(generators.map(synchronize));
}
