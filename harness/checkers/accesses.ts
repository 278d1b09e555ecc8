/**
 * Operations on objects that hold one value a key, as reads and writes of numbered values: what all checkers work on
 * that follow a value from its writer to its readers.
 *
 * Failed operations and reads without an answer are left out: they constrain nothing. A cas that answered `false` is
 * an observation of another value, not of a value; whether a checker can use it, it says itself.
 */
import type { History } from '../columns/history.ts';
import { falseId, nullId } from '../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../columns/operations.ts';
import type { AccessKind, SequentialSpec } from '../specs/spec.ts';
import { casOf } from '../specs/register.ts';

/** What a row does; a cas that matched, or may have, is a `update`: it saw one value and left another. */
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
  const kinds = kindsOf(history, spec);
  const { length, f, outcome, input, output, start, end, process, key } = history.operations;
  const columns = {
    row: new Int32Array(length),
    kind: new Uint8Array(length),
    key: new Int32Array(length),
    session: new Int32Array(length),
    seen: new Int32Array(length),
    left: new Int32Array(length),
    start: new Int32Array(length),
    end: new Int32Array(length),
  };
  const keys = new Numbering();
  const sessions = new Numbering();
  const aliases = absentIds(history, spec);
  const meant = (id: number): number => (aliases.includes(id) ? nullId : id);
  let at = 0;
  for (let row = 0; row < length; row++) {
    const kind = kinds[f[row] ?? 0];
    if (kind === undefined) return undefined;
    const isOk = outcome[row] === okOutcome;
    if (outcome[row] === failOutcome || (kind === 'read' && !isOk)) continue;
    const access = describe(history, kind, input[row] ?? 0, output[row] ?? 0, isOk);
    columns.row[at] = row;
    columns.kind[at] = access.kind;
    columns.key[at] = spec.byKey ? keys.of(key[row] ?? 0) : 0;
    columns.session[at] = sessions.of(process[row] ?? 0);
    columns.seen[at] = meant(access.seen);
    columns.left[at] = meant(access.left);
    columns.start[at] = start[row] ?? 0;
    columns.end[at] = isOk ? (end[row] ?? 0) : never;
    at++;
  }
  return {
    length: at,
    keyCount: spec.byKey ? keys.count : 1,
    sessionCount: sessions.count,
    row: columns.row.subarray(0, at),
    kind: columns.kind.subarray(0, at),
    key: columns.key.subarray(0, at),
    session: columns.session.subarray(0, at),
    seen: columns.seen.subarray(0, at),
    left: columns.left.subarray(0, at),
    start: columns.start.subarray(0, at),
    end: columns.end.subarray(0, at),
  };
}

/** The id of a value before the first operation, as accesses name it. */
export function initialId(history: History, spec: SequentialSpec, initial: unknown): number {
  if (initial === undefined) return nullId;
  const id = history.events.values.idOf(initial as never);
  return absentIds(history, spec).includes(id) ? nullId : id;
}

function kindsOf({ events: { fNames } }: History, spec: SequentialSpec): (AccessKind | undefined)[] {
  return Array.from({ length: fNames.size }, (_, id) => spec.accesses?.[fNames.get(id)]);
}

function absentIds({ events: { values } }: History, spec: SequentialSpec): readonly number[] {
  return spec.emptyIsAbsent ? [values.idOf(''), values.idOf([])] : [];
}

function describe(
  { events: { values } }: History,
  kind: AccessKind,
  input: number,
  output: number,
  isOk: boolean,
): { readonly kind: number; readonly seen: number; readonly left: number } {
  switch (kind) {
    case 'read':
      return { kind: readAccess, seen: output, left: noValue };
    case 'write':
      return { kind: writeAccess, seen: noValue, left: input };
    case 'clear':
      return { kind: writeAccess, seen: noValue, left: nullId };
    case 'cas': {
      const [from, to] = casOf(values.get(input));
      const seen = values.idOf(from);
      if (isOk && output === falseId) return { kind: mismatchAccess, seen, left: noValue };
      return { kind: updateAccess, seen, left: values.idOf(to) };
    }
  }
}

/** Numbers from 0 in the order of first sight. */
class Numbering {
  private readonly numbers = new Map<number, number>();

  get count(): number {
    return this.numbers.size;
  }

  of(id: number): number {
    const known = this.numbers.get(id);
    if (known !== undefined) return known;
    this.numbers.set(id, this.numbers.size);
    return this.numbers.size - 1;
  }
}
