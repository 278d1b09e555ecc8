/** A generator that only uses some of the threads, and only learns what they did. */
import { assigned, within } from './context.ts';
import type { Generator } from './generator.ts';
import { pending } from './steps.ts';

export function onThreads(includes: (thread: number) => boolean, generator: Generator): Generator {
  const wrap = (rest: Generator): Generator => (rest === generator ? self : onThreads(includes, rest));
  const self: Generator = {
    next: (context) => {
      const narrowed = within(context, includes);
      if (narrowed.threads.length === 0) return { kind: 'exhausted' };
      if (narrowed.free.length === 0) return pending(self);
      const step = generator.next(narrowed);
      if (step.kind === 'op') return { kind: 'op', op: assigned(step.op, narrowed), rest: wrap(step.rest) };
      return step.kind === 'pending' ? pending(wrap(step.rest), step.untilNs) : step;
    },
    update: (context, event) => {
      if (event.process === 'nemesis' || !includes(context.threadOf(event.process))) return self;
      return wrap(generator.update(within(context, includes), event));
    },
  };
  return self;
}
