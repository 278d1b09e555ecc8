/**
 * Monotonic reads: what a session reads of a key never goes back. A read goes back when it returns the initial value
 * after a written one, a value that the session has seen replaced by another one, or a write that is older than one it
 * has read, where both are by one session. O(operations).
 */
import { fromInitial, none, readsNothing, type ReadsFrom } from '../readsFrom.ts';
import { breachesMax, type Breach } from './breach.ts';

export function monotonicReads(readsFrom: ReadsFrom): Breach[] {
  const { sessionCount, sessionStart } = readsFrom;
  const breaches: Breach[] = [];
  const search = new GoingBack(readsFrom);
  for (let session = 0; session < sessionCount; session++) {
    search.begin();
    const end = sessionStart[session + 1] ?? 0;
    for (let id = sessionStart[session] ?? 0; id < end && breaches.length < breachesMax; id++) {
      const breach = search.next(id);
      if (breach) breaches.push(breach);
    }
  }
  return breaches;
}

/** Goes through the reads of one session after the other. */
class GoingBack {
  private readonly readsFrom: ReadsFrom;
  /** By key: the session's last read of a written value, if it is of this session. */
  private readonly lastRead: Int32Array;
  /** By write: the read that found another value in its place, if it is of this session. */
  private readonly replacedAt: Int32Array;
  /** By key and writing session: the read of the session's latest write. */
  private readonly latestOf = new Map<number, number>();

  constructor(readsFrom: ReadsFrom) {
    this.readsFrom = readsFrom;
    this.lastRead = new Int32Array(readsFrom.keyCount).fill(none);
    this.replacedAt = new Int32Array(readsFrom.length).fill(none);
  }

  begin(): void {
    this.latestOf.clear();
  }

  next(id: number): Breach | undefined {
    const { from, key, session, sessionCount } = this.readsFrom;
    const source = from[id] ?? readsNothing;
    if (source === readsNothing) return undefined;
    const ofKey = key[id] ?? 0;
    const last = this.ofSameSession(this.lastRead[ofKey] ?? none, id);
    if (source === fromInitial)
      return last === none ? undefined : { story: [last, id], missed: from[last] ?? none };
    const writer = ofKey * sessionCount + (session[source] ?? 0);
    const breach = this.breachOf(id, source, writer);
    const lastSource = last === none ? none : (from[last] ?? none);
    if (lastSource !== none && lastSource !== source) this.replacedAt[lastSource] = id;
    const latest = this.latestOf.get(writer);
    if (latest === undefined || (from[latest] ?? 0) < source) this.latestOf.set(writer, id);
    this.lastRead[ofKey] = id;
    return breach;
  }

  private breachOf(id: number, source: number, writer: number): Breach | undefined {
    const { from } = this.readsFrom;
    const replaced = this.ofSameSession(this.replacedAt[source] ?? none, id);
    if (replaced !== none) return { story: [replaced, id], missed: from[replaced] ?? none };
    const latest = this.latestOf.get(writer);
    const latestSource = latest === undefined ? none : (from[latest] ?? none);
    if (latest === undefined || latestSource <= source) return undefined;
    return { story: [source, latestSource, latest, id], missed: latestSource };
  }

  private ofSameSession(read: number, id: number): number {
    const { session } = this.readsFrom;
    return read !== none && session[read] === session[id] ? read : none;
  }
}
