/** A generator that only uses some of the threads, and only learns what they did. */
import { assigned, within, type ThreadSet } from './context.ts';
import type { Generator, GeneratorContext } from './generator.ts';
import { pending } from './steps.ts';

export function onThreads(includes: (thread: number) => boolean, generator: Generator): Generator {
  return {
    next(context) {
      const narrowed = within(context, some(context, includes));
      if (narrowed.threads.length === 0) return { kind: 'exhausted' };
      if (narrowed.free.length === 0) return pending(this);
      const step = generator.next(narrowed);
      if (step.kind === 'op')
        return { kind: 'op', op: assigned(step.op, narrowed), rest: onThreads(includes, step.rest) };
      return step.kind === 'pending' ? pending(onThreads(includes, step.rest), step.untilNs) : step;
    },
    update(context, event) {
      if (event.process === 'nemesis' || !includes(context.threadOf(event.process))) return this;
      const after = generator.update(within(context, some(context, includes)), event);
      return after === generator ? this : onThreads(includes, after);
    },
  };
}

function some({ threads }: GeneratorContext, includes: (thread: number) => boolean): ThreadSet {
  return { threads: threads.filter(includes), includes };
}
