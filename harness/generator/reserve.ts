/**
 * Threads set aside: the first n for one generator, the next m for another, all others for the rest. A slow kind of
 * operation then cannot take the threads of a fast one.
 */
import { assigned, dealOut, within, type ThreadSet } from './context.ts';
import type { Generator } from './generator.ts';
import { firstDue, pending, updateMembers, type Members } from './steps.ts';

/** `reserve([[5, reads], [2, writes]], others)`. Each member sees only its own threads, and what they did. */
export function reserve(
  shares: readonly (readonly [threads: number, member: Generator])[],
  others: Generator,
): Generator {
  const counts = shares.map(([threads]) => threads);
  const members = [...shares.map(([, member]) => member), others];
  // The threads are known, and dealt out, when the first operation is asked for.
  const start: Generator = {
    next(context) {
      const sets = dealOut(context.threads, members.length, (position) => shareOf(counts, position));
      const staffed = members.map((member, at) => (sets[at]?.threads.length ? member : null));
      return reserved(sets, staffed).next(context);
    },
    update: () => start,
  };
  return start;
}

/** `sets[i]` are the threads of `members[i]`. */
function reserved(sets: readonly ThreadSet[], members: Members): Generator {
  return {
    next(context) {
      const contexts = sets.map((set) => within(context, set));
      // The owner of a random free thread is asked first, so that threads, not members, have equal chances.
      const first = ownerOf(sets, context.prng.pick(context.free));
      const found = firstDue(
        context,
        members,
        (left) => Math.max(left.indexOf(first), 0),
        (at) => (contexts[at]?.free.length ? contexts[at] : null),
      );
      if (found.kind === 'exhausted') return found;
      if (found.kind === 'pending') return pending(reserved(sets, found.members), found.untilNs);
      const op = assigned(found.op, contexts[found.at] ?? context);
      return { kind: 'op', op, rest: reserved(sets, found.members) };
    },
    update(context, event) {
      if (event.process === 'nemesis') return this;
      const owner = ownerOf(sets, context.threadOf(event.process));
      const set = sets[owner];
      if (set === undefined) return this;
      const narrowed = within(context, set);
      const after = updateMembers(members, (member, at) =>
        at === owner ? member.update(narrowed, event) : member,
      );
      return after === members ? this : reserved(sets, after);
    },
  };
}

/** The member that owns the thread at this position among all threads; the last one has no count. */
function shareOf(counts: readonly number[], position: number): number {
  let end = 0;
  const share = counts.findIndex((count) => position < (end += count));
  return share === -1 ? counts.length : share;
}

function ownerOf(sets: readonly ThreadSet[], thread: number): number {
  return sets.findIndex((set) => set.includes(thread));
}
