/**
 * The client operations of a history in columns: every invocation with its completion.
 *
 * Time is the order of the history. An operation lasts from the index of its invocation to the index of its
 * completion, both included: two operations are ordered only if one completed at a smaller index than the other was
 * invoked at.
 */
import { MalformedHistory } from '../history.ts';
import {
  failType,
  infoType,
  invokeType,
  nemesisProcess,
  okType,
  type Events,
  type Reading,
} from './events.ts';
import { falseId, nullId } from './interner.ts';
import { Numbers } from './numbers.ts';

/** What became of an operation. */
export const okOutcome = okType;
/** It did not take effect and never will. */
export const failOutcome = failType;
/** It may take effect at any time after its invocation, or never. */
export const openOutcome = infoType;

/** No completion stands in the history. */
export const noEvent = -1;
/** The end of an open operation: later than every index. */
export const never = 0x7fffffff;

/** The columns of operations; a row is an operation, rows are in the order of invocations. */
export class Operations {
  readonly length: number;
  /** Index of the invocation. */
  readonly start: Int32Array;
  /** Index of the completion of an `ok` operation; of an open one `never`, of a failed one its completion. */
  readonly end: Int32Array;
  /** Index of the completion event, whatever its type, or `noEvent`. */
  readonly completion: Int32Array;
  /** `okOutcome`, `failOutcome` or `openOutcome`. */
  readonly outcome: Uint8Array;
  /** Codes in `events.processes`. */
  readonly process: Int32Array;
  /** Ids in `events.fNames`. */
  readonly f: Int32Array;
  /** Ids in `events.keyNames`, or `noName`. */
  readonly key: Int32Array;
  /** The value of the invocation: an id in `events.values`. */
  readonly input: Int32Array;
  /** The value of the `ok` completion: an id in `events.values`; `nullId` of others. */
  readonly output: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.start = new Int32Array(length);
    this.end = new Int32Array(length);
    this.completion = new Int32Array(length);
    this.outcome = new Uint8Array(length);
    this.process = new Int32Array(length);
    this.f = new Int32Array(length);
    this.key = new Int32Array(length);
    this.input = new Int32Array(length);
    this.output = new Int32Array(length);
  }

  /** These rows, in the order given. */
  select(rows: ArrayLike<number>): Operations {
    const part = new Operations(rows.length);
    copy(this.start, rows, part.start);
    copy(this.end, rows, part.end);
    copy(this.completion, rows, part.completion);
    copy(this.outcome, rows, part.outcome);
    copy(this.process, rows, part.process);
    copy(this.f, rows, part.f);
    copy(this.key, rows, part.key);
    copy(this.input, rows, part.input);
    copy(this.output, rows, part.output);
    return part;
  }

  /** As they were when an event happened: what completed later was open, except what failed, since that is known. */
  at(event: number): Operations {
    const rows = new Int32Array(this.length);
    for (let row = 0; row < rows.length; row++) rows[row] = row;
    const part = this.select(rows);
    for (let row = 0; row < part.length; row++) {
      if (part.outcome[row] !== okOutcome || (part.end[row] ?? 0) <= event) continue;
      part.outcome[row] = openOutcome;
      part.end[row] = never;
      part.output[row] = nullId;
    }
    return part;
  }
}

type Column = Int32Array | Uint8Array;

function copy(from: Column, rows: ArrayLike<number>, to: Column): void {
  for (let at = 0; at < rows.length; at++) to[at] = from[rows[at] ?? 0] ?? 0;
}

/** Pairs the events of the clients. O(events). Throws MalformedHistory. */
export function pair(events: Events, reading: Reading): Operations {
  const { invocations, highest } = extentOf(events);
  const operations = new Operations(invocations);
  const { session, sessionCount } = sessionsOf(events, highest);
  fillIn(operations, events, session, sessionCount);
  reinterpret(operations, events, reading);
  return operations;
}

/** One loop over local names of the columns: over fields of two objects it would take twice as long. */
function fillIn(operations: Operations, events: Events, session: Int32Array, sessionCount: number): void {
  const { start, end, completion, outcome, process, f, key, input, output } = operations;
  const { length, type, process: processOf, f: fOf, key: keyOf, value } = events;
  /** By session: the row of its open operation + 1, or 0. */
  const open = new Int32Array(sessionCount);
  let row = 0;
  for (let index = 0; index < length; index++) {
    const code = processOf[index] as number;
    if (code === nemesisProcess) continue;
    const own = session[index] as number;
    const pending = open[own] as number;
    const became = type[index] as number;
    if (became === invokeType) {
      if (pending !== 0) throw malformed(events, index, 'invokes while its last operation is open');
      start[row] = index;
      end[row] = never;
      completion[row] = noEvent;
      outcome[row] = openOutcome;
      process[row] = code;
      f[row] = fOf[index] as number;
      key[row] = keyOf[index] as number;
      input[row] = value[index] as number;
      open[own] = ++row;
    } else {
      if (pending === 0) throw malformed(events, index, 'completes what it never invoked');
      completion[pending - 1] = index;
      outcome[pending - 1] = became;
      if (became !== openOutcome) end[pending - 1] = index;
      if (became === okOutcome) output[pending - 1] = value[index] as number;
      open[own] = 0;
    }
  }
}

function malformed({ processes, process }: Events, index: number, what: string): MalformedHistory {
  return new MalformedHistory(index, `process ${processes.processOf(process[index] ?? 0)} ${what}`);
}

/** How many operations the clients invoked, and the highest code of a process. */
function extentOf({ length, type, process }: Events): { invocations: number; highest: number } {
  let invocations = 0;
  let highest = 0;
  for (let index = 0; index < length; index++) {
    const code = process[index] as number;
    if (code > highest) highest = code;
    // Without a branch: which events are invocations cannot be foretold.
    const isInvocation = +(type[index] === invokeType);
    invocations += code === nemesisProcess ? 0 : isInvocation;
  }
  return { invocations, highest };
}

/** Small numbers of the processes, by event: their own codes, unless those are few and far between. */
function sessionsOf(
  { length, process }: Events,
  highest: number,
): { session: Int32Array; sessionCount: number } {
  if (highest <= 4 * length) return { session: process, sessionCount: highest + 1 };
  const ordinals = new Numbers();
  const session = new Int32Array(length);
  for (let index = 0; index < length; index++) session[index] = ordinals.ordinalOf(process[index] ?? 0);
  return { session, sessionCount: ordinals.size };
}

/** Takes answers as `reading` says. */
function reinterpret(operations: Operations, { fNames }: Events, reading: Reading): void {
  const constrains = reading.failedCas === 'constrain';
  const isSilent = reading.nilRead === 'unknown';
  if (!constrains && !isSilent) return;
  const cas = fNames.find('cas');
  const read = fNames.find('read');
  const get = fNames.find('get');
  const { length, outcome, output, f } = operations;
  for (let row = 0; row < length; row++) {
    const name = f[row];
    if (constrains && outcome[row] === failOutcome && name === cas) {
      outcome[row] = okOutcome;
      output[row] = falseId;
    }
    // A read that does not say what it saw is as good as none.
    if (isSilent && output[row] === nullId && (name === read || name === get)) outcome[row] = failOutcome;
  }
}
