/**
 * The session guarantees of lists (Terry et al. 1994), key by key: what a read has to show.
 *
 *     read your writes      the elements that its session appended before
 *     monotonic reads       the elements that earlier reads of its session showed
 *     monotonic writes      before each element those that its session had appended before it
 *     writes follow reads   before each element those that its session had seen before it appended it
 *
 * What a session appended and saw at a key is kept in the order in which it did so; what it had done by then is a
 * beginning of that.
 */
import type { Budget } from '../checker.ts';
import { budgetUsedUp } from '../doubts.ts';
import { act, deed, element, type Finding } from './finding.ts';
import type { Lists } from './lists.ts';
import { ordersOf } from './orders.ts';

export type SessionLevel =
  'read-your-writes' | 'monotonic-reads' | 'monotonic-writes' | 'writes-follow-reads';

/** What refutes a session guarantee, if anything does; a sentence when the budget was used up. */
export function refuteSession(
  level: SessionLevel,
  lists: Lists,
  budget: Budget,
): Finding | undefined | string {
  const past = pastOf(lists);
  return level === 'read-your-writes' || level === 'monotonic-reads'
    ? refuteOwn(level, lists, past, budget)
    : refuteOrder(level, lists, past, budget);
}

/** What each node could build on at its key: beginnings of what its session appended there, and of what it saw there. */
interface Past {
  readonly appended: readonly (readonly number[])[];
  readonly appendedCount: Int32Array;
  readonly seen: readonly (readonly number[])[];
  readonly seenCount: Int32Array;
}

/** O(elements read). */
function pastOf({ length, key, keyCount, session, elements }: Lists): Past {
  const own = new Map<number, { appended: number[]; seen: number[]; known: Set<number> }>();
  const appended: number[][] = [];
  const seen: number[][] = [];
  const appendedCount = new Int32Array(length);
  const seenCount = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const name = (session[node] ?? 0) * keyCount + (key[node] ?? 0);
    const past = own.get(name) ?? { appended: [], seen: [], known: new Set<number>() };
    own.set(name, past);
    appended.push(past.appended);
    seen.push(past.seen);
    appendedCount[node] = past.appended.length;
    seenCount[node] = past.seen.length;
    const shown = elements[node];
    if (!shown) past.appended.push(node);
    for (const one of shown ?? []) {
      if (one < 0 || past.known.has(one)) continue;
      past.known.add(one);
      past.seen.push(one);
    }
  }
  return { appended, appendedCount, seen, seenCount };
}

/** A read that does not show what its own session appended, or saw, before. */
function refuteOwn(
  level: 'read-your-writes' | 'monotonic-reads',
  lists: Lists,
  past: Past,
  budget: Budget,
): Finding | undefined | string {
  const isOfWrites = level === 'read-your-writes';
  const [due, count] = isOfWrites ? [past.appended, past.appendedCount] : [past.seen, past.seenCount];
  for (const [node, shown] of lists.elements.entries()) {
    if (!shown) continue;
    const expected = due[node] ?? [];
    const expectedCount = count[node] ?? 0;
    if (!budget.spend(shown.length + expectedCount)) return budgetUsedUp;
    const missing = firstMissing(expected, expectedCount, shown);
    if (missing === undefined) continue;
    const before = isOfWrites ? missing : earlierRead(lists, missing, node);
    const without = `${deed(lists, node)}, without ${element(lists, missing)}`;
    return { kind: level, nodes: [before, node], sentence: `${act(lists, before)}, and then ${without}` };
  }
  return undefined;
}

function firstMissing(expected: readonly number[], count: number, shown: Int32Array): number | undefined {
  if (count === 0) return undefined;
  const shows = new Set(shown);
  for (let at = 0; at < count; at++) {
    const one = expected[at];
    if (one !== undefined && !shows.has(one)) return one;
  }
  return undefined;
}

/** The read of the same session before `read` that showed an append. */
function earlierRead({ session, elements }: Lists, append: number, read: number): number {
  const by = session[read];
  const earlier = elements.findIndex((shown, node) => session[node] === by && shown?.includes(append));
  return Math.max(0, earlier);
}

/** A read in which an element stands before, or without, what its session had appended, or seen, before it. */
function refuteOrder(
  level: 'monotonic-writes' | 'writes-follow-reads',
  lists: Lists,
  past: Past,
  budget: Budget,
): Finding | undefined | string {
  const isOfWrites = level === 'monotonic-writes';
  const [due, count] = isOfWrites ? [past.appended, past.appendedCount] : [past.seen, past.seenCount];
  /** Where each element stands in the read that is looked at; -1 if nowhere. */
  const position = new Int32Array(lists.length).fill(-1);
  for (const [read, shown] of readsToProbe(lists)) {
    for (let at = shown.length - 1; at >= 0; at--) if ((shown[at] ?? -1) >= 0) position[shown[at] ?? 0] = at;
    for (const later of shown) {
      if (later < 0) continue;
      const expectedCount = count[later] ?? 0;
      if (!budget.spend(1 + expectedCount)) return budgetUsedUp;
      const expected = due[later] ?? [];
      for (let at = 0; at < expectedCount; at++) {
        const earlier = expected[at] ?? 0;
        const stands = position[earlier] ?? -1;
        if (stands < 0 || stands > (position[later] ?? 0))
          return disorder(level, lists, { read, earlier, later, isShown: stands >= 0 });
      }
    }
    for (const one of shown) if (one >= 0) position[one] = -1;
  }
  return undefined;
}

/** The reads that need to be looked at: where they are beginnings of each other, the longest ones show it all. */
function readsToProbe(lists: Lists): (readonly [number, Int32Array])[] {
  const { longest, reader, strange, incompatible } = ordersOf(lists);
  if (strange === undefined && incompatible === undefined)
    return longest.flatMap((shown, key) =>
      (reader[key] ?? -1) < 0 ? [] : [[reader[key] ?? 0, shown] as const],
    );
  return [...lists.elements.entries()].flatMap(([node, shown]) => (shown ? [[node, shown] as const] : []));
}

interface Disorder {
  readonly read: number;
  readonly earlier: number;
  readonly later: number;
  readonly isShown: boolean;
}

function disorder(
  level: 'monotonic-writes' | 'writes-follow-reads',
  lists: Lists,
  { read, earlier, later, isShown }: Disorder,
): Finding {
  const how = isShown ? 'after it' : 'not at all';
  const shows = `but ${act(lists, read)}, in which ${element(lists, earlier)} stands ${how}`;
  if (level === 'monotonic-writes')
    return {
      kind: level,
      nodes: [earlier, later, read],
      sentence: `${act(lists, earlier)}, then ${deed(lists, later)}, ${shows}`,
    };
  const saw = earlierRead(lists, earlier, later);
  return {
    kind: level,
    nodes: [earlier, saw, later, read],
    sentence: `${act(lists, saw)}, then ${deed(lists, later)}, ${shows}`,
  };
}
