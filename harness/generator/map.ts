/** Every operation, transformed. The generator underneath learns from events as they were really recorded. */
import type { Generator, GeneratorContext, Invocation } from './generator.ts';
import { followedBy } from './steps.ts';

export function map(
  transform: (op: Invocation, context: GeneratorContext) => Invocation,
  generator: Generator,
): Generator {
  const wrap = (rest: Generator): Generator => (rest === generator ? self : map(transform, rest));
  const self: Generator = {
    next: (context) => {
      const step = generator.next(context);
      if (step.kind === 'op') return { kind: 'op', op: transform(step.op, context), rest: wrap(step.rest) };
      return followedBy(step, wrap);
    },
    update: (context, event) => wrap(generator.update(context, event)),
  };
  return self;
}
