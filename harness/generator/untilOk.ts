/** A generator that ends once one of its own operations succeeded. */
import { assigned } from './context.ts';
import type { Generator } from './generator.ts';
import { exhausted } from './leaves.ts';
import { pending } from './steps.ts';

export function untilOk(generator: Generator): Generator {
  return waiting(generator, []);
}

/** `own` are the processes that have an operation of this generator in flight. */
function waiting(generator: Generator, own: readonly number[]): Generator {
  return {
    next(context) {
      const step = generator.next(context);
      if (step.kind === 'exhausted') return step;
      if (step.kind === 'pending') return pending(waiting(step.rest, own), step.untilNs);
      const op = assigned(step.op, context);
      const process = context.processOf(op.thread as number);
      return { kind: 'op', op, rest: waiting(step.rest, [...own, process]) };
    },
    update(context, event) {
      const after = generator.update(context, event);
      const isOwn = event.type !== 'invoke' && own.some((process) => process === event.process);
      if (isOwn && event.type === 'ok') return exhausted;
      if (isOwn)
        return waiting(
          after,
          own.filter((process) => process !== event.process),
        );
      return after === generator ? this : waiting(after, own);
    },
  };
}
