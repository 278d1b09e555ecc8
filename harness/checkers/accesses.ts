/**
 * Operations on objects that hold one value a key, as reads and writes of numbered values: what all checkers work on
 * that follow a value from its writer to its readers.
 *
 * Failed operations and reads without an answer are left out: they constrain nothing. So is a cas from a value to
 * itself without an answer; one that matched is a read. A cas that answered `false` is an observation of another
 * value, not of a value; whether a checker can use it, it says itself.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { History } from '../columns/history.ts';
import { falseId, nullId } from '../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../columns/operations.ts';
import type { AccessKind, SequentialSpec } from '../specs/spec.ts';

/** What a row does; a cas that matched, or may have, is an `update`: it saw one value and left another. */
export const readAccess = 0;
export const writeAccess = 1;
export const updateAccess = 2;
/** A cas that answered `false`: the value was not `seen`. */
export const mismatchAccess = 3;

/** Nothing was seen, or nothing left. */
export const noValue = -1;

/** The columns of accesses, in the order of invocations. */
export interface Accesses {
  readonly length: number;
  /** The row in `history.operations`. */
  readonly row: Int32Array;
  readonly kind: Uint8Array;
  /** Dense numbers of keys, from 0; `keyCount` of them. */
  readonly key: Int32Array;
  readonly keyCount: number;
  /** Dense numbers of processes, from 0; `sessionCount` of them. The operations of a session are one after the other. */
  readonly session: Int32Array;
  readonly sessionCount: number;
  /** The value that it saw (of a cas its `from`), or `noValue`. */
  readonly seen: Int32Array;
  /** The value that it left behind, or `noValue`. */
  readonly left: Int32Array;
  /** Index of the invocation. */
  readonly start: Int32Array;
  /** Index of the completion; `never` when open. */
  readonly end: Int32Array;
}

/** The accesses of a history; undefined when it has an operation that is none. O(operations). */
export function accessesOf(history: History, spec: SequentialSpec): Accesses | undefined {
  const { length, f, outcome, start, end, process, key } = history.operations;
  const columns = new Columns(length);
  const reader = new AccessReader(history, spec);
  const keys = new Numbering(history.events.keyNames.size);
  const sessions = new Numbering(2 * length);
  let at = 0;
  for (let row = 0; row < length; row++) {
    if (!reader.knows(f[row] ?? 0)) return undefined;
    if (outcome[row] === failOutcome) continue;
    const isOk = outcome[row] === okOutcome;
    if (!reader.read(row, isOk)) return undefined;
    if (reader.isNothing) continue;
    columns.row[at] = row;
    columns.kind[at] = reader.kind;
    columns.key[at] = spec.byKey ? keys.of(key[row] ?? 0) : 0;
    columns.session[at] = sessions.of(process[row] ?? 0);
    columns.seen[at] = reader.seen;
    columns.left[at] = reader.left;
    columns.start[at] = start[row] ?? 0;
    columns.end[at] = isOk ? (end[row] ?? 0) : never;
    at++;
  }
  return columns.first(at, spec.byKey ? keys.count : 1, sessions.count);
}

/** The id of a value before the first operation, as accesses name it. */
export function initialId(history: History, spec: SequentialSpec, initial: Json | undefined): number {
  if (initial === undefined) return nullId;
  const id = history.events.values.idOf(initial);
  return absentIds(history, spec).includes(id) ? nullId : id;
}

function absentIds({ events: { values } }: History, spec: SequentialSpec): readonly number[] {
  return spec.emptyIsAbsent ? [values.idOf(''), values.idOf([])] : [];
}

/** Reads rows, one after the other: `kind`, `seen` and `left` are those of the last one. */
export class AccessReader {
  kind = readAccess;
  seen = noValue;
  left = noValue;
  /** Whether the row neither saw a value nor can have left one. */
  isNothing = false;
  private readonly history: History;
  private readonly kinds: readonly (AccessKind | undefined)[];
  private readonly aliases: readonly number[];

  constructor(history: History, spec: SequentialSpec) {
    const { fNames } = history.events;
    this.history = history;
    const kinds: (AccessKind | undefined)[] = [];
    for (let id = 0; id < fNames.size; id++) kinds.push(accessKind(spec, fNames.get(id)));
    this.kinds = kinds;
    this.aliases = absentIds(history, spec);
  }

  knows(f: number): boolean {
    return this.kinds[f] !== undefined;
  }

  /** Reads a row that did not fail; false when it has not the form of its operation. */
  read(row: number, isOk: boolean): boolean {
    const { f, input, output } = this.history.operations;
    this.isNothing = false;
    switch (this.kinds[f[row] ?? 0]) {
      case 'read':
        this.isNothing = !isOk;
        this.set(readAccess, this.meant(output[row] ?? 0), noValue);
        return true;
      case 'write':
        this.set(writeAccess, noValue, this.meant(input[row] ?? 0));
        return true;
      case 'clear':
        this.set(writeAccess, noValue, nullId);
        return true;
      case 'cas':
        return this.readCas(input[row] ?? 0, output[row] ?? 0, isOk);
      case undefined:
        return false;
    }
  }

  private readCas(input: number, output: number, isOk: boolean): boolean {
    const { values } = this.history.events;
    const pair = values.get(input);
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [from, to] = pair as unknown as readonly [Json, Json];
    const seen = this.meant(values.idOf(from));
    const left = this.meant(values.idOf(to));
    if (isOk && output === falseId) this.set(mismatchAccess, seen, noValue);
    else if (seen === left) {
      this.isNothing = !isOk;
      this.set(readAccess, seen, noValue);
    } else this.set(updateAccess, seen, left);
    return true;
  }

  private set(kind: number, seen: number, left: number): void {
    this.kind = kind;
    this.seen = seen;
    this.left = left;
  }

  /** Values that mean that nothing is there are one value. */
  private meant(id: number): number {
    return this.aliases.includes(id) ? nullId : id;
  }
}

function accessKind(spec: SequentialSpec, f: string): AccessKind | undefined {
  return spec.accesses && Object.hasOwn(spec.accesses, f) ? spec.accesses[f] : undefined;
}

class Columns {
  readonly row: Int32Array;
  readonly kind: Uint8Array;
  readonly key: Int32Array;
  readonly session: Int32Array;
  readonly seen: Int32Array;
  readonly left: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;

  constructor(length: number) {
    this.row = new Int32Array(length);
    this.kind = new Uint8Array(length);
    this.key = new Int32Array(length);
    this.session = new Int32Array(length);
    this.seen = new Int32Array(length);
    this.left = new Int32Array(length);
    this.start = new Int32Array(length);
    this.end = new Int32Array(length);
  }

  first(length: number, keyCount: number, sessionCount: number): Accesses {
    return {
      length,
      keyCount,
      sessionCount,
      row: this.row.subarray(0, length),
      kind: this.kind.subarray(0, length),
      key: this.key.subarray(0, length),
      session: this.session.subarray(0, length),
      seen: this.seen.subarray(0, length),
      left: this.left.subarray(0, length),
      start: this.start.subarray(0, length),
      end: this.end.subarray(0, length),
    };
  }
}

/** Numbers ids from 0 in the order of first sight; small ids through an array. */
class Numbering {
  count = 0;
  private readonly small: Int32Array;
  private readonly others = new Map<number, number>();

  constructor(smallMax: number) {
    this.small = new Int32Array(smallMax).fill(-1);
  }

  of(id: number): number {
    const known = id >= 0 && id < this.small.length ? (this.small[id] ?? -1) : (this.others.get(id) ?? -1);
    if (known !== -1) return known;
    if (id >= 0 && id < this.small.length) this.small[id] = this.count;
    else this.others.set(id, this.count);
    return this.count++;
  }
}
