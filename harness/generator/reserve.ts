/**
 * Threads set aside: the first n for one generator, the next m for another, all others for the rest. A slow kind of
 * operation then cannot take the threads of a fast one.
 */
import { assigned, within } from './context.ts';
import type { Generator, GeneratorContext } from './generator.ts';
import { firstDue, pending, updateMembers, type Members } from './steps.ts';

/** `reserve([[5, reads], [2, writes]], others)`. Each member sees only its own threads, and what they did. */
export function reserve(
  shares: readonly (readonly [threads: number, member: Generator])[],
  others: Generator,
): Generator {
  return reserved(
    shares.map(([threads]) => threads),
    [...shares.map(([, member]) => member), others],
  );
}

function reserved(counts: readonly number[], members: Members): Generator {
  const wrap = (after: Members): Generator => (after === members ? self : reserved(counts, after));
  const memberOf = (context: GeneratorContext, thread: number): number =>
    shareOf(counts, context.threads.indexOf(thread));
  const narrow = (context: GeneratorContext, at: number): GeneratorContext =>
    within(context, (thread) => memberOf(context, thread) === at);
  const self: Generator = {
    next: (context) => {
      const contexts = members.map((_, at) => narrow(context, at));
      // The owner of a random free thread is asked first, so that threads, not members, have equal chances.
      const first = memberOf(context, context.prng.pick(context.free));
      const found = firstDue(
        context,
        members.map((member, at) => (contexts[at]?.threads.length === 0 ? null : member)),
        (left) => Math.max(left.indexOf(first), 0),
        (at) => (contexts[at]?.free.length ? contexts[at] : null),
      );
      if (found.kind === 'exhausted') return found;
      if (found.kind === 'pending') return pending(wrap(found.members), found.untilNs);
      const op = assigned(found.op, contexts[found.at] ?? context);
      return { kind: 'op', op, rest: wrap(found.members) };
    },
    update: (context, event) => {
      if (event.process === 'nemesis') return self;
      const owner = memberOf(context, context.threadOf(event.process));
      return wrap(
        updateMembers(members, (member, at) =>
          at === owner ? member.update(narrow(context, at), event) : member,
        ),
      );
    },
  };
  return self;
}

/** The member that owns the thread at this position among all threads; the last one has no count. */
function shareOf(counts: readonly number[], position: number): number {
  let end = 0;
  const share = counts.findIndex((count) => position < (end += count));
  return share === -1 ? counts.length : share;
}
