/**
 * Monotonic writes: every session sees the writes of each session in their order. Once it has read a write, it has seen
 * what the same session wrote before: a later read of x returns neither the initial value, if x was among that, nor a
 * write of that session which is older than another one of x among that.
 *
 * O(operations) and, for each pair of sessions of which one reads from the other, the writes up to the last one read.
 */
import type { Budget } from '../checker.ts';
import type { KeyWrites } from '../causal/keyWrites.ts';
import { fromInitial, none, readsNothing, type ReadsFrom } from '../readsFrom.ts';
import { breachesMax, type Breach } from './breach.ts';

/** The breaches found; undefined when the budget is used up. */
export function monotonicWrites(
  readsFrom: ReadsFrom,
  keyWrites: KeyWrites,
  budget: Budget,
): Breach[] | undefined {
  const { length, from, session, key } = readsFrom;
  const breaches: Breach[] = [];
  const seen = new WritesSeen(readsFrom);
  for (let id = 0; id < length && breaches.length < breachesMax; id++) {
    const source = from[id] ?? readsNothing;
    if (source === readsNothing) continue;
    const own = session[id] ?? 0;
    if (source === fromInitial) {
      const write = seen.firstOf(key[id] ?? 0, own);
      if (write !== none)
        breaches.push(breachOf(readsFrom, seen.latestReadOf(session[write] ?? 0, own), write, id));
      continue;
    }
    const latest = seen.latestReadOf(session[source] ?? 0, own);
    const until = latest === none ? none : (from[latest] ?? none);
    const newer = keyWrites.lastWithin(key[id] ?? 0, source + 1, until + 1);
    if (newer !== none) breaches.push(breachOf(readsFrom, latest, newer, id, source));
    if (!budget.spend(1 + seen.add(id, source))) return undefined;
  }
  return breaches;
}

function breachOf(
  { from }: ReadsFrom,
  latest: number,
  missed: number,
  read: number,
  returned: number = none,
): Breach {
  const source = from[latest] ?? none;
  const writes = returned === none ? [missed] : [returned, missed];
  return { story: [...writes, ...(source === missed ? [] : [source]), latest, read], missed };
}

/** What the session that is looked at has seen of the writes of every session. */
class WritesSeen {
  private readonly readsFrom: ReadsFrom;
  /** By session: the read of its latest write that was read, by the session that reads. */
  private readonly latestRead: Int32Array;
  /** By key: the session that reads and the first write that it has seen. */
  private readonly seenBy: Int32Array;
  private readonly first: Int32Array;

  constructor(readsFrom: ReadsFrom) {
    this.readsFrom = readsFrom;
    this.latestRead = new Int32Array(readsFrom.sessionCount).fill(none);
    this.seenBy = new Int32Array(readsFrom.keyCount).fill(none);
    this.first = new Int32Array(readsFrom.keyCount);
  }

  firstOf(key: number, reader: number): number {
    return this.seenBy[key] === reader ? (this.first[key] ?? none) : none;
  }

  /** The read, by this reader, of the latest write of a session that it has read, or `none`. */
  latestReadOf(session: number, reader: number): number {
    const read = this.latestRead[session] ?? none;
    return read !== none && this.readsFrom.session[read] === reader ? read : none;
  }

  /** Adds a write that was read, and those before it in its session; answers how many were looked at. */
  add(read: number, source: number): number {
    const { from, session, sessionStart, key, writes } = this.readsFrom;
    const reader = session[read] ?? 0;
    const writer = session[source] ?? 0;
    const latest = this.latestReadOf(writer, reader);
    const start = latest === none ? (sessionStart[writer] ?? 0) : (from[latest] ?? 0) + 1;
    for (let id = start; id <= source; id++) {
      const ofKey = key[id] ?? 0;
      if (writes[id] === 0 || this.seenBy[ofKey] === reader) continue;
      this.seenBy[ofKey] = reader;
      this.first[ofKey] = id;
    }
    if (source >= start) this.latestRead[writer] = read;
    return Math.max(0, source + 1 - start);
  }
}
