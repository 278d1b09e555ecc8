/** A context made by hand, and leaves with names, for tests of single steps. */
import type { Generator, GeneratorContext, Step } from '../../../harness/generator/generator.ts';
import { fromFunction, list } from '../../../harness/generator/index.ts';
import type { Op } from '../../../harness/history.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';

export function contextOf(
  given: { threads?: number; free?: readonly number[]; timeMs?: number; seed?: number } = {},
): GeneratorContext {
  const { threads = 4, timeMs = 0, seed = 1 } = given;
  const all = Array.from({ length: threads }, (_, thread) => thread);
  return {
    timeNs: timeMs * 1e6,
    threads: all,
    free: given.free ?? all,
    processOf: (thread) => thread,
    threadOf: (process) => process % threads,
    prng: createPrng(seed),
  };
}

/** The same operation for ever. */
export const always = (f: string): Generator => fromFunction(() => ({ f, value: null }));

/** Nothing for ever, without ever being exhausted. */
export const never: Generator = fromFunction(() => 'pending');

/** f1, f2 … fn. */
export const numbered = (f: string, count: number): Generator =>
  list(Array.from({ length: count }, (_, at) => ({ f: `${f}${at + 1}`, value: null })));

/** An event of a process, as generators are shown it. */
export function event(type: Op['type'], process: number, more: Partial<Op> = {}): Op {
  return { index: 0, timeNs: 0, process, type, f: 'a', value: null, ...more };
}

/** What a step says, without what follows it. */
export function said(step: Step): unknown {
  if (step.kind === 'op') return step.op.f;
  return step.kind === 'pending' && step.untilNs !== undefined
    ? { pendingUntilMs: step.untilNs / 1e6 }
    : step.kind;
}

/** The generator that follows a step. */
export function rest(step: Step): Generator {
  if (step.kind === 'exhausted') throw new Error('nothing follows');
  return step.rest;
}
