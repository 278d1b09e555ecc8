/** Copies of a generator, which know nothing of each other. */
import { within, type ThreadSet } from './context.ts';
import type { Generator, GeneratorContext, Step } from './generator.ts';
import { earlier, pending } from './steps.ts';

/** A copy for every thread. Ends when all copies have ended. */
export function eachThread(generator: Generator): Generator {
  return copies(generator, new Map(), (_context, thread) => thread);
}

/**
 * A copy for every process: one whose operation ended in info is followed by a fresh copy. Ends when the copies of
 * all current processes have ended.
 */
export function eachProcess(generator: Generator): Generator {
  return copies(generator, new Map(), (context, thread) => context.processOf(thread));
}

/** The copies so far, by owner (a thread or a process); null has ended. */
type Copies = ReadonlyMap<number, Generator | null>;

function copies(
  original: Generator,
  started: Copies,
  ownerOf: (context: GeneratorContext, thread: number) => number,
): Generator {
  return {
    next(context): Step {
      let after = started;
      let untilNs: number | undefined;
      for (const thread of context.prng.shuffle(context.free)) {
        const owner = ownerOf(context, thread);
        const copy = after.get(owner);
        if (copy === null) continue;
        const step = (copy ?? original).next(within(context, only(thread)));
        if (step.kind === 'op') {
          const rest = copies(original, withCopy(after, owner, step.rest), ownerOf);
          return { kind: 'op', op: { ...step.op, thread }, rest };
        }
        after = withCopy(after, owner, step.kind === 'exhausted' ? null : step.rest);
        if (step.kind === 'pending') untilNs = earlier(untilNs, step.untilNs);
      }
      const hasEnded = context.threads.every((thread) => after.get(ownerOf(context, thread)) === null);
      return hasEnded ? { kind: 'exhausted' } : pending(copies(original, after, ownerOf), untilNs);
    },
    update(context, event) {
      if (event.process === 'nemesis') return this;
      const thread = context.threadOf(event.process);
      const owner = ownerOf(context, thread);
      const copy = started.get(owner);
      if (copy === null || copy === undefined) return this;
      const after = copy.update(within(context, only(thread)), event);
      return after === copy ? this : copies(original, withCopy(started, owner, after), ownerOf);
    },
  };
}

function only(thread: number): ThreadSet {
  return { threads: [thread], includes: (other) => other === thread };
}

function withCopy(from: Copies, owner: number, copy: Generator | null): Copies {
  return from.get(owner) === copy ? from : new Map(from).set(owner, copy);
}
