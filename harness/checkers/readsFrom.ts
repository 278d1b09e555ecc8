/**
 * Sessions that write and read: which write every read has read from. This is all that causal levels, session
 * guarantees and sequential consistency look at, when no value that is read was written twice to its key ("unique
 * writes", Bouajjani et al., POPL 2017, section 3).
 *
 * A session is a process. What may have happened at any later time is ordered before nothing: an open write that
 * nobody read is left out, and one that was read is a session of its own unless it is the last of its process.
 *
 * What cannot be traced to one write is set aside, and said: reads of values that several operations wrote, and a cas
 * that did not match. A history without them holds whatever it holds with them, so a violation found without them is
 * one; but that none is found then proves nothing.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { History } from '../columns/history.ts';
import { never } from '../columns/operations.ts';
import type { SequentialSpec } from '../specs/spec.ts';
import { accessesOf, initialId, mismatchAccess, noValue, type Accesses } from './accesses.ts';
import { noWriter, Writers } from './writers.ts';

/** The read saw the value before the first operation. */
export const fromInitial = -1;
/** The operation reads nothing. */
export const readsNothing = -2;
/** Nobody wrote the value. */
const fromThinAir = -3;
/** Several wrote the value. */
const fromMany = -4;

/** No operation. */
export const none = -1;

/** The operations in columns, numbered session by session, and in each in its order. */
export interface ReadsFrom {
  readonly history: History;
  readonly length: number;
  /** The row in `history.operations`. */
  readonly row: Int32Array;
  readonly session: Int32Array;
  readonly sessionCount: number;
  /** The operations of session s are `sessionStart[s]` up to `sessionStart[s + 1]`. */
  readonly sessionStart: Int32Array;
  readonly key: Int32Array;
  readonly keyCount: number;
  /** 1 for what leaves a value: writes, and cas, which also read. */
  readonly writes: Uint8Array;
  /** The write that it read from, or `fromInitial`, or `readsNothing`. */
  readonly from: Int32Array;
  /** The operations in the order of their invocations. */
  readonly byStart: Int32Array;
  /** Rows of reads, and cas, of values that nobody wrote. They take no part otherwise. */
  readonly thinAir: readonly number[];
  readonly setAside: SetAside;
}

/** What was set aside, each with an example. */
export interface SetAside {
  readonly ambiguousReads: number;
  /** Rows: the read, and two that wrote its value; the second is `none` when it is the initial value. */
  readonly ambiguous?: readonly [read: number, first: number, second: number];
  readonly mismatches: number;
}

/** Reads of values that nobody wrote are listed up to this number. */
const thinAirMax = 64;

interface Traced {
  readonly spec: SequentialSpec;
  readonly initial: Json | undefined;
  readonly readsFrom: ReadsFrom | undefined;
}

/** The last answer for each history: one is asked level after level. */
const traced = new WeakMap<History, Traced>();

/** Traces every read to its write; undefined when some operation is neither read, write nor cas. O(operations). */
export function readsFromOf(
  history: History,
  spec: SequentialSpec,
  initial: Json | undefined,
): ReadsFrom | undefined {
  const known = traced.get(history);
  if (known?.spec === spec && known.initial === initial) return known.readsFrom;
  const readsFrom = trace(history, spec, initial);
  traced.set(history, { spec, initial, readsFrom });
  return readsFrom;
}

function trace(history: History, spec: SequentialSpec, initial: Json | undefined): ReadsFrom | undefined {
  const accesses = accessesOf(history, spec);
  if (accesses === undefined) return undefined;
  const writers = new Writers(accesses);
  const from = sourcesOf(accesses, writers, initialId(history, spec, initial));
  const happened = whatHappened(accesses, from);
  return {
    history,
    ...setAsideOf(accesses, writers, from, happened),
    ...columnsOf(accesses, from, happened),
  };
}

/** By access: what it read from, as an access. */
function sourcesOf(accesses: Accesses, writers: Writers, initial: number): Int32Array {
  const { length, key, seen } = accesses;
  const from = new Int32Array(length).fill(readsNothing);
  for (let at = 0; at < length; at++) {
    const value = seen[at] ?? noValue;
    if (value === noValue || accesses.kind[at] === mismatchAccess) continue;
    const first = writers.firstOf(key[at] ?? 0, value);
    if (first === noWriter) from[at] = value === initial ? fromInitial : fromThinAir;
    else from[at] = value === initial || writers.secondOf(first) !== noWriter ? fromMany : first;
  }
  return from;
}

/** By access: 1 if it has taken effect, which of an open one is known only when somebody read it. */
function whatHappened({ length, end }: Accesses, from: Int32Array): Uint8Array {
  const happened = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    // A chain of open cas is as long as the history at most, and nothing is followed twice.
    if (end[at] === never) continue;
    for (let next = at; next >= 0 && happened[next] === 0; next = from[next] ?? none) happened[next] = 1;
  }
  return happened;
}

function setAsideOf(
  { length, row, kind, key, seen }: Accesses,
  writers: Writers,
  from: Int32Array,
  happened: Uint8Array,
): Pick<ReadsFrom, 'thinAir' | 'setAside'> {
  const thinAir: number[] = [];
  let ambiguousReads = 0;
  let example = none;
  let mismatches = 0;
  for (let at = 0; at < length; at++) {
    if (happened[at] === 0) continue;
    if (kind[at] === mismatchAccess) mismatches++;
    if (from[at] === fromThinAir && thinAir.length < thinAirMax) thinAir.push(row[at] ?? 0);
    if (from[at] === fromMany && ambiguousReads++ === 0) example = at;
  }
  if (example === none) return { thinAir, setAside: { ambiguousReads, mismatches } };
  const first = writers.firstOf(key[example] ?? 0, seen[example] ?? 0);
  const second = writers.secondOf(first);
  const ambiguous = [
    row[example] ?? 0,
    row[first] ?? 0,
    second === noWriter ? none : (row[second] ?? 0),
  ] as const;
  return { thinAir, setAside: { ambiguousReads, ambiguous, mismatches } };
}

/** The accesses that take part, session by session. */
function columnsOf(
  accesses: Accesses,
  from: Int32Array,
  happened: Uint8Array,
): Omit<ReadsFrom, 'history' | 'thinAir' | 'setAside'> {
  const takesPart = (at: number): boolean =>
    happened[at] === 1 && ((accesses.left[at] ?? noValue) !== noValue || (from[at] ?? 0) >= fromInitial);
  const { session, sessionCount } = sessionsOf(accesses, takesPart);
  const { sessionStart, idOf, byStart, length } = numberBySession(accesses.length, session, sessionCount);
  const columns = {
    row: new Int32Array(length),
    session: new Int32Array(length),
    key: new Int32Array(length),
    writes: new Uint8Array(length),
    from: new Int32Array(length),
  };
  for (let at = 0; at < accesses.length; at++) {
    const id = idOf[at] ?? none;
    if (id === none) continue;
    const source = from[at] ?? readsNothing;
    columns.row[id] = accesses.row[at] ?? 0;
    columns.session[id] = session[at] ?? 0;
    columns.key[id] = accesses.key[at] ?? 0;
    columns.writes[id] = accesses.left[at] === noValue ? 0 : 1;
    // A cas whose value cannot be traced is still a write.
    columns.from[id] = source >= 0 ? (idOf[source] ?? none) : Math.max(source, readsNothing);
  }
  return { length, keyCount: accesses.keyCount, sessionCount, sessionStart, byStart, ...columns };
}

/** The session of every access that takes part, else `none`. An open access that is not the last one stands alone. */
function sessionsOf(
  { length, session, sessionCount, end }: Accesses,
  takesPart: (at: number) => boolean,
): { readonly session: Int32Array; readonly sessionCount: number } {
  const sessions = new Int32Array(length).fill(none);
  const isFollowed = new Uint8Array(sessionCount);
  let count = sessionCount;
  for (let at = length - 1; at >= 0; at--) {
    const own = session[at] ?? 0;
    if (takesPart(at)) sessions[at] = end[at] === never && isFollowed[own] === 1 ? count++ : own;
    isFollowed[own] = 1;
  }
  return { session: sessions, sessionCount: count };
}

/** Counting sort: ids by session, and within a session in order. */
function numberBySession(
  accessCount: number,
  session: Int32Array,
  sessionCount: number,
): Pick<ReadsFrom, 'sessionStart' | 'byStart' | 'length'> & { readonly idOf: Int32Array } {
  const sessionStart = new Int32Array(sessionCount + 1);
  for (let at = 0; at < accessCount; at++) {
    const own = session[at] ?? none;
    if (own !== none) sessionStart[own + 1] = (sessionStart[own + 1] ?? 0) + 1;
  }
  for (let s = 0; s < sessionCount; s++)
    sessionStart[s + 1] = (sessionStart[s + 1] ?? 0) + (sessionStart[s] ?? 0);
  const length = sessionStart[sessionCount] ?? 0;
  const next = sessionStart.slice();
  const idOf = new Int32Array(accessCount).fill(none);
  const byStart = new Int32Array(length);
  let taking = 0;
  for (let at = 0; at < accessCount; at++) {
    const own = session[at] ?? none;
    if (own === none) continue;
    const id = next[own] ?? 0;
    next[own] = id + 1;
    idOf[at] = id;
    byStart[taking++] = id;
  }
  return { sessionStart, idOf, byStart, length };
}
