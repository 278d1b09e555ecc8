/** Narrowing a context to some of its threads. */
import type { GeneratorContext, Invocation } from './generator.ts';

/** The context as a generator sees it that may only use these threads. */
export function within(context: GeneratorContext, includes: (thread: number) => boolean): GeneratorContext {
  return {
    ...context,
    threads: context.threads.filter(includes),
    free: context.free.filter(includes),
  };
}

/** The operation with a thread of this context: the one it names, or any free one. */
export function assigned(op: Invocation, context: GeneratorContext): Invocation {
  return op.thread === undefined ? { ...op, thread: context.prng.pick(context.free) } : op;
}
