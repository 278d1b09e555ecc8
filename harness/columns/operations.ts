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
  select(rows: readonly number[]): Operations {
    const part = new Operations(rows.length);
    for (const column of columns)
      for (let at = 0; at < rows.length; at++) part[column][at] = this[column][rows[at] ?? 0] ?? 0;
    return part;
  }
}

const columns = ['start', 'end', 'completion', 'outcome', 'process', 'f', 'key', 'input', 'output'] as const;

/** Pairs the events of the clients. O(events). */
export function pair(events: Events, reading: Reading): Operations {
  const operations = new Operations(invocationsIn(events));
  const open = new Map<number, number>();
  let row = 0;
  for (let index = 0; index < events.length; index++) {
    const process = events.process[index] ?? 0;
    if (process === nemesisProcess) continue;
    if (events.type[index] === invokeType) {
      if (open.has(process))
        throw new MalformedHistory(index, `process ${process} invokes while its last operation is open`);
      open.set(process, row);
      invoke(operations, row++, events, index);
    } else {
      const invoked = open.get(process);
      if (invoked === undefined)
        throw new MalformedHistory(index, `process ${process} completes what it never invoked`);
      open.delete(process);
      complete(operations, invoked, events, index);
    }
  }
  reinterpret(operations, events, reading);
  return operations;
}

function invocationsIn({ length, type, process }: Events): number {
  let count = 0;
  for (let index = 0; index < length; index++)
    if (type[index] === invokeType && process[index] !== nemesisProcess) count++;
  return count;
}

function invoke(operations: Operations, row: number, events: Events, index: number): void {
  operations.start[row] = index;
  operations.end[row] = never;
  operations.completion[row] = noEvent;
  operations.outcome[row] = openOutcome;
  operations.process[row] = events.process[index] ?? 0;
  operations.f[row] = events.f[index] ?? 0;
  operations.key[row] = events.key[index] ?? 0;
  operations.input[row] = events.value[index] ?? 0;
}

function complete(operations: Operations, row: number, events: Events, index: number): void {
  const type = events.type[index] ?? 0;
  operations.completion[row] = index;
  operations.outcome[row] = type;
  if (type === openOutcome) return;
  operations.end[row] = index;
  if (type === okOutcome) operations.output[row] = events.value[index] ?? 0;
}

/** Takes answers as `reading` says. */
function reinterpret(operations: Operations, { fNames }: Events, reading: Reading): void {
  const cas = fNames.find('cas');
  const reads = [fNames.find('read'), fNames.find('get')];
  const { length, outcome, output, f } = operations;
  for (let row = 0; row < length; row++) {
    if (reading.failedCas === 'constrain' && outcome[row] === failOutcome && f[row] === cas) {
      outcome[row] = okOutcome;
      output[row] = falseId;
    }
    // A read that does not say what it saw is as good as none.
    if (reading.nilRead === 'unknown' && output[row] === nullId && reads.includes(f[row] ?? 0))
      outcome[row] = failOutcome;
  }
}
