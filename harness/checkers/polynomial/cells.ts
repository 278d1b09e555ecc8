/**
 * The operations of one register as reads and writes of numbered values: what zones and chains work on.
 *
 * It is `accessesOf` for one key, in arrays that are used again for the next one. A cas from a value to itself that
 * succeeded is a read, and one without an answer is nothing at all.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import { falseId, nullId } from '../../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import { initialId, mismatchAccess, noValue, readAccess, updateAccess, writeAccess } from '../accesses.ts';
import type { Part } from './specialCase.ts';
import { scratchOf, type Scratch } from './scratch.ts';

/** The accesses to one register, in the order of invocations. Only the first `length` of each column count. */
export interface Cells {
  readonly history: History;
  readonly length: number;
  /** Row in `history.operations`. */
  readonly row: Int32Array;
  /** `readAccess`, `writeAccess`, `updateAccess` or `mismatchAccess`. */
  readonly kind: Int32Array;
  /** Id of the value that it saw, or `noValue`. */
  readonly seen: Int32Array;
  /** Id of the value that it left, or `noValue`. */
  readonly left: Int32Array;
  /** Index of the invocation. */
  readonly start: Int32Array;
  /** Index of the completion; `never` when open. */
  readonly end: Int32Array;
  /** Id of the value before the first operation. */
  readonly initial: number;
  /** How many are a cas, matched or not. */
  readonly compared: number;
  readonly scratch: Scratch;
}

/** The cells of a part; undefined when it has an operation that is no access. O(rows). */
export function cellsOf(part: Part): Cells | undefined {
  const { history, spec, rows } = part;
  if (!spec.accesses) return undefined;
  const scratch = scratchOf(history.events);
  const columns = columnsIn(scratch, rows.length);
  const reader = new AccessReader(part);
  const { outcome, start, end } = history.operations;
  let length = 0;
  let compared = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    if (outcome[row] === failOutcome) continue;
    const isOk = outcome[row] === okOutcome;
    if (!reader.read(row, isOk)) return undefined;
    if (reader.kind === nothing) continue;
    if (reader.kind === updateAccess || reader.kind === mismatchAccess) compared++;
    columns.row[length] = row;
    columns.kind[length] = reader.kind;
    columns.seen[length] = reader.seen;
    columns.left[length] = reader.left;
    columns.start[length] = start[row] ?? 0;
    columns.end[length++] = isOk ? (end[row] ?? 0) : never;
  }
  const initial = initialId(history, spec, part.initial);
  scratch.reserveNotes(history.events.values.size);
  return { history, length, ...columns, initial, compared, scratch };
}

type Columns = Pick<Cells, 'row' | 'kind' | 'seen' | 'left' | 'start' | 'end'>;

function columnsIn(scratch: Scratch, length: number): Columns {
  return {
    row: scratch.array(0, length),
    kind: scratch.array(1, length),
    seen: scratch.array(2, length),
    left: scratch.array(3, length),
    start: scratch.array(4, length),
    end: scratch.array(5, length),
  };
}

/** The first slot of scratch arrays that cells leave to others. */
export const freeSlot = 6;

/** The kind of what changes nothing and tells nothing. */
const nothing = -1;
/** The access of a cas whose answer is not looked at yet. */
const cas = 4;
const clear = 5;
const codes = { read: readAccess, write: writeAccess, clear, cas } as const;

/** Reads one row at a time into its fields, so that no row costs an object. */
class AccessReader {
  kind = nothing;
  seen = noValue;
  left = noValue;
  private readonly part: Part;
  /** By id of f. */
  private readonly codes: readonly (number | undefined)[];
  /** The ids of values that mean that nothing is there. */
  private readonly emptyText: number;
  private readonly emptyList: number;

  constructor(part: Part) {
    const { events } = part.history;
    this.part = part;
    this.codes = codesOf(part);
    const isAlias = part.spec.emptyIsAbsent === true;
    this.emptyText = isAlias ? events.values.idOf('') : nullId;
    this.emptyList = isAlias ? events.values.idOf([]) : nullId;
  }

  /** False when the row is no access to a register. */
  read(row: number, isOk: boolean): boolean {
    const { f, input, output } = this.part.history.operations;
    this.seen = noValue;
    this.left = noValue;
    switch (this.codes[f[row] ?? 0]) {
      case readAccess:
        this.kind = isOk ? readAccess : nothing;
        this.seen = this.meant(output[row] ?? 0);
        return true;
      case writeAccess:
        this.kind = writeAccess;
        this.left = this.meant(input[row] ?? 0);
        return true;
      case clear:
        this.kind = writeAccess;
        this.left = nullId;
        return true;
      case cas:
        return this.readCas(this.part.history.events.values.get(input[row] ?? 0), isOk, output[row] ?? 0);
      default:
        return false;
    }
  }

  private readCas(pair: Json, isOk: boolean, answer: number): boolean {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const { values } = this.part.history.events;
    this.seen = this.meant(values.idOf(pair[0] as Json));
    const to = this.meant(values.idOf(pair[1] as Json));
    if (isOk && answer === falseId) this.kind = mismatchAccess;
    else if (to === this.seen) this.kind = isOk ? readAccess : nothing;
    else {
      this.kind = updateAccess;
      this.left = to;
    }
    return true;
  }

  private meant(id: number): number {
    return id === this.emptyText || id === this.emptyList ? nullId : id;
  }
}

const codesBySpec = new WeakMap<
  object,
  { readonly accesses: object; readonly codes: (number | undefined)[] }
>();

/** The codes of all operations of a history by the id of their f; remembered from key to key. */
function codesOf({ history: { events }, spec }: Part): readonly (number | undefined)[] {
  const accesses = spec.accesses ?? {};
  const known = codesBySpec.get(events);
  if (known && known.accesses === accesses && known.codes.length === events.fNames.size) return known.codes;
  const made = Array.from({ length: events.fNames.size }, (_, id) => {
    const f = events.fNames.get(id);
    const kind = Object.hasOwn(accesses, f) ? spec.accesses?.[f] : undefined;
    return kind && codes[kind];
  });
  codesBySpec.set(events, { accesses, codes: made });
  return made;
}
