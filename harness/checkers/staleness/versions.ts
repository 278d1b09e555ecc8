/**
 * The versions of one key: the values that writes left there, with the initial one, and which of them each read saw.
 * By the first event at which an operation on a version ended, acknowledged or seen, that version was there: whatever
 * write began later is newer. By the start of its last read it was still returned.
 */
import { never } from '../../columns/operations.ts';
import { mismatchAccess, noValue, readAccess, updateAccess, type Accesses } from '../accesses.ts';
import { noWriter, type Writers } from '../writers.ts';

/** The initial version. */
export const initialVersion = 0;
/** A read whose version nobody can tell, or that nobody had written; anything that is no read. */
export const unjudged = -1;
/** Before the first event. */
const before = -1;

/** Indices of events by version, in the order in which writes began. */
export interface Versions {
  readonly count: number;
  /** -1 of the initial version. */
  readonly writeStart: Int32Array;
  /** `never` of a write without an answer; -1 of the initial version. */
  readonly writeEnd: Int32Array;
  /** The first end of its operations; -1 of the initial version, `never` if none ended. */
  readonly firstEnd: Int32Array;
  /** The last start of its reads; -1 if nobody read it. */
  readonly lastRead: Int32Array;
  /** By position in the key's accesses: the version that was read, or `unjudged`. */
  readonly readOf: Int32Array;
  /** Reads of what nothing had written when they ended: their accesses, each with the write that came too late. */
  readonly unexplained: readonly { readonly read: number; readonly writer: number }[];
  /** Why not all can be told about the key: it has a cas, or reads whose version nobody can tell. */
  readonly doubt: Doubt | undefined;
}

export type Doubt = 'cas' | 'ambiguous';

/** The accesses of a key, in the order of their starts. */
export interface KeyAccesses {
  readonly accesses: Accesses;
  /** Indices of accesses. */
  readonly at: Int32Array;
  readonly key: number;
}

/** The accesses of every key. O(accesses). */
export function byKey(accesses: Accesses): KeyAccesses[] {
  const { length, key, keyCount } = accesses;
  const from = new Int32Array(keyCount + 1);
  for (let at = 0; at < length; at++) from[(key[at] ?? 0) + 1] = (from[(key[at] ?? 0) + 1] ?? 0) + 1;
  for (let own = 0; own < keyCount; own++) from[own + 1] = (from[own + 1] ?? 0) + (from[own] ?? 0);
  const next = from.slice();
  const order = new Int32Array(length);
  for (let at = 0; at < length; at++) {
    const own = key[at] ?? 0;
    const to = next[own] ?? 0;
    order[to] = at;
    next[own] = to + 1;
  }
  return Array.from({ length: keyCount }, (_, own) => ({
    accesses,
    at: order.subarray(from[own], from[own + 1]),
    key: own,
  }));
}

/** The versions of a key; `versionOf` is room by access, shared by all keys. O(accesses of the key). */
export function versionsOf(
  { accesses, at, key }: KeyAccesses,
  writers: Writers,
  initial: number,
  versionOf: Int32Array,
): Versions {
  const { kind, seen, left, start, end } = accesses;
  const [writeStart, writeEnd, firstEnd, lastRead] = [0, 1, 2, 3].map(() =>
    new Int32Array(at.length + 1).fill(before),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array];
  let count = 1;
  let doubt: Doubt | undefined;
  for (const access of at) {
    if (kind[access] === updateAccess || kind[access] === mismatchAccess) doubt ??= 'cas';
    if (left[access] === noValue) continue;
    versionOf[access] = count;
    writeStart[count] = start[access] ?? 0;
    writeEnd[count] = end[access] ?? 0;
    firstEnd[count++] = end[access] ?? 0;
  }
  const readOf = new Int32Array(at.length).fill(unjudged);
  const unexplained: { read: number; writer: number }[] = [];
  for (let position = 0; position < at.length; position++) {
    const access = at[position] ?? 0;
    if (kind[access] !== readAccess) continue;
    const value = seen[access] ?? noValue;
    const writer = writers.firstOf(key, value);
    if (writer !== noWriter && (value === initial || writers.secondOf(writer) !== noWriter)) {
      doubt ??= 'ambiguous';
      continue;
    }
    const isLate = writer !== noWriter && (end[access] ?? 0) < (start[writer] ?? 0);
    if (isLate || (writer === noWriter && value !== initial)) {
      unexplained.push({ read: access, writer });
      continue;
    }
    const version = writer === noWriter ? initialVersion : (versionOf[writer] ?? 0);
    readOf[position] = version;
    lastRead[version] = start[access] ?? 0;
    firstEnd[version] = Math.min(firstEnd[version] ?? 0, end[access] ?? never);
  }
  return { count, writeStart, writeEnd, firstEnd, lastRead, readOf, unexplained, doubt };
}
