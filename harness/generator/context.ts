/** Narrowing a context to some of its threads. */
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { GeneratorContext, Invocation } from './generator.ts';

/** Some threads, prepared so that contexts can be narrowed to them again and again. */
export interface ThreadSet {
  /** Ascending. */
  readonly threads: readonly number[];
  readonly includes: (thread: number) => boolean;
}

/** Deals threads out: set number i holds those for which `setOf` answers i. */
export function dealOut(
  threads: readonly number[],
  sets: number,
  setOf: (position: number, thread: number) => number,
): readonly ThreadSet[] {
  const owner: number[] = [];
  threads.forEach((thread, position) => (owner[thread] = setOf(position, thread)));
  return Array.from({ length: sets }, (_, set) => ({
    threads: threads.filter((thread) => owner[thread] === set),
    includes: (thread) => owner[thread] === set,
  }));
}

/** The context as a generator sees it that may only use these threads. */
export function within(context: GeneratorContext, set: ThreadSet): GeneratorContext {
  return new Narrowed(context, set);
}

/** The operation with a thread of this context: the one it names, or any free one. */
export function assigned(op: Invocation, context: GeneratorContext): Invocation {
  return op.thread === undefined ? { ...op, thread: context.prng.pick(context.free) } : op;
}

/** Made for every step and every event, so it does nothing before it is asked. */
class Narrowed implements GeneratorContext {
  readonly timeNs: number;
  readonly prng: Prng;
  private readonly outer: GeneratorContext;
  private readonly set: ThreadSet;
  private freeThreads: readonly number[] | undefined;

  constructor(outer: GeneratorContext, set: ThreadSet) {
    this.timeNs = outer.timeNs;
    this.prng = outer.prng;
    this.outer = outer;
    this.set = set;
  }

  get threads(): readonly number[] {
    return this.set.threads;
  }

  get free(): readonly number[] {
    return (this.freeThreads ??= this.outer.free.filter(this.set.includes));
  }

  processOf(thread: number): number {
    return this.outer.processOf(thread);
  }

  threadOf(process: number): number {
    return this.outer.threadOf(process);
  }
}
