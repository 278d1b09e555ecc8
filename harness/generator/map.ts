/** Every operation, transformed. The generator underneath learns from events as they were really recorded. */
import type { Generator, GeneratorContext, Invocation } from './generator.ts';
import { followedBy } from './steps.ts';

export function map(
  transform: (op: Invocation, context: GeneratorContext) => Invocation,
  generator: Generator,
): Generator {
  return {
    next(context) {
      const step = generator.next(context);
      if (step.kind === 'op')
        return { kind: 'op', op: transform(step.op, context), rest: map(transform, step.rest) };
      return followedBy(step, (rest) => map(transform, rest));
    },
    update(context, event) {
      const after = generator.update(context, event);
      return after === generator ? this : map(transform, after);
    },
  };
}
