/**
 * How stale single reads were (after Bailis et al., "Probabilistically Bounded Staleness", VLDB 2012): a read was stale
 * if a newer version than the one it saw had been acknowledged before it began. Which versions are newer is known only of
 * writes that began when the version was there already, so everything here is a lower bound.
 */
import { never } from '../../columns/operations.ts';
import { noValue, readAccess } from '../accesses.ts';
import { Fenwick } from './fenwick.ts';
import { initialVersion, unjudged, type KeyAccesses, type Versions } from './versions.ts';

/** One read. */
export interface MeasuredRead {
  /** How many newer versions had been acknowledged when it began; it was stale if there was one. */
  readonly lag: number;
  /** Nanoseconds since the first of them was acknowledged; 0 if there was none. */
  readonly ageNs: number;
  /** Nanoseconds since the last write before it was acknowledged; infinite when there was none. */
  readonly sinceWriteNs: number;
  /** Whether the session had read a newer version before. */
  readonly isOlderThanSeen: boolean;
}

/** Measures every read of a key whose version is known. O(n log n). */
export function measureReads(
  { accesses, at }: KeyAccesses,
  versions: Versions,
  clock: Float64Array,
  onRead: (access: number, read: MeasuredRead) => void,
): void {
  const writes = new AcknowledgedWrites(versions);
  const newestSeen = new Map<number, number>();
  for (let position = 0; position < at.length; position++) {
    const version = versions.readOf[position] ?? unjudged;
    if (version === unjudged) continue;
    const access = at[position] ?? 0;
    const began = accesses.start[access] ?? 0;
    const session = accesses.session[access] ?? 0;
    const present = versions.firstEnd[version] ?? never;
    writes.advanceTo(began);
    const newer = writes.firstBegunAfter(present);
    const lag = writes.countFrom(newer);
    const seen = newestSeen.get(session) ?? initialVersion;
    onRead(access, {
      lag,
      ageNs: lag === 0 ? 0 : elapsedNs(clock, writes.soonestEndFrom(newer), began),
      sinceWriteNs: writes.lastEnd < 0 ? Infinity : elapsedNs(clock, writes.lastEnd, began),
      isOlderThanSeen: (versions.writeStart[seen] ?? 0) > present,
    });
    if (version > seen) newestSeen.set(session, version);
  }
}

/** How many reads of a key have a version that nobody can tell. */
export function unjudgedReads({ accesses, at }: KeyAccesses, { readOf }: Versions): number {
  let count = 0;
  for (let position = 0; position < at.length; position++) {
    const access = at[position] ?? 0;
    const isRead = accesses.kind[access] === readAccess && accesses.seen[access] !== noValue;
    if (isRead && readOf[position] === unjudged) count++;
  }
  return count;
}

const elapsedNs = (clock: Float64Array, from: number, to: number): number =>
  (clock[to] ?? 0) - (clock[from] ?? 0);

/** The writes of a key that were acknowledged up to a moment, by version: in the order in which they began. */
class AcknowledgedWrites {
  /** The index at which the last one was acknowledged, or -1. */
  lastEnd = -1;
  private readonly versions: Versions;
  private readonly acknowledged: Fenwick;
  /** Versions by the ends of their writes. */
  private readonly byEnd: Int32Array;
  private next = 0;
  /** By version: the first end of its write or of one that began later. */
  private readonly soonestEnd: Int32Array;

  constructor(versions: Versions) {
    const { count, writeEnd } = versions;
    this.versions = versions;
    this.acknowledged = new Fenwick(count);
    const acknowledged = Int32Array.from({ length: count }, (_, version) => version).filter(
      (version) => version !== initialVersion && writeEnd[version] !== never,
    );
    this.byEnd = acknowledged.sort((a, b) => (writeEnd[a] ?? 0) - (writeEnd[b] ?? 0));
    this.soonestEnd = writeEnd.slice(0, count + 1);
    this.soonestEnd[count] = never;
    for (let version = count - 1; version > 0; version--)
      this.soonestEnd[version] = Math.min(writeEnd[version] ?? 0, this.soonestEnd[version + 1] ?? never);
  }

  advanceTo(index: number): void {
    const { writeEnd } = this.versions;
    for (; this.next < this.byEnd.length; this.next++) {
      const version = this.byEnd[this.next] ?? 0;
      const end = writeEnd[version] ?? never;
      if (end > index) return;
      this.acknowledged.add(version);
      this.lastEnd = end;
    }
  }

  /** The first version whose write began after an event; the count of versions if none did. */
  firstBegunAfter(index: number): number {
    const { count, writeStart } = this.versions;
    let [low, high] = [1, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((writeStart[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How many of this version and later ones have been acknowledged. */
  countFrom(version: number): number {
    return this.acknowledged.countFrom(version);
  }

  soonestEndFrom(version: number): number {
    return this.soonestEnd[version] ?? never;
  }
}
