/**
 * A history in columns: what checkers read. An event is a row of small integers, so that a history of millions of
 * events fits in memory and is scanned at memory speed; `op(index)` gives an event as an object, for explanations.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Op, Operation } from '../history.ts';
import { Errors } from './errors.ts';
import { EventColumns } from './eventColumns.ts';
import { nemesisProcess, opTypes, usualReading, type Events, type Reading } from './events.ts';
import { Names, noName, Values } from './interner.ts';
import { noEvent, pair, type Operations } from './operations.ts';
import { Processes } from './processes.ts';

/** A history. It is immutable; sub-histories keep the indices of their events. */
export class History {
  readonly events: Events;
  readonly reading: Reading;
  private paired: Operations | undefined;
  private healedAt: number | undefined;

  constructor(events: Events, reading: Reading = usualReading) {
    this.events = events;
    this.reading = reading;
  }

  /** The history of these events; they must be numbered from 0. */
  static of(ops: Iterable<Op>, reading: Reading = usualReading): History {
    const builder = new HistoryBuilder();
    for (const op of ops) builder.append(op);
    return builder.build(reading);
  }

  get length(): number {
    return this.events.length;
  }

  /** The client operations, in the order of their invocations. Throws MalformedHistory. O(events) the first time. */
  get operations(): Operations {
    return (this.paired ??= pair(this.events, this.reading));
  }

  /**
   * The event with which everything was healed, or what was done to the system last; `noEvent` (-1) when nothing was.
   * O(events) the first time.
   */
  get lastNemesisEvent(): number {
    return (this.healedAt ??= this.events.process.lastIndexOf(nemesisProcess));
  }

  /** The event at an index, as an object. */
  op(index: number): Op {
    const { type, process, f, key, value, node, timeNs, fNames, keyNames, nodeNames, values } = this.events;
    if (!(index >= 0 && index < this.length)) throw new RangeError(`the history has no event ${index}`);
    const error = this.events.errors.of(index);
    const keyId = key[index] ?? noName;
    const nodeId = node[index] ?? noName;
    return {
      index,
      timeNs: timeNs[index] ?? 0,
      process: this.events.processes.processOf(process[index] ?? 0),
      type: opTypes[type[index] ?? 0] ?? 'info',
      f: fNames.get(f[index] ?? 0),
      ...(keyId === noName ? {} : { key: keyNames.get(keyId) }),
      value: values.get(value[index] ?? 0),
      ...(error === undefined ? {} : { error }),
      ...(nodeId === noName ? {} : { node: nodeNames.get(nodeId) as NodeId }),
    };
  }

  /** A row of `operations`, as objects. */
  operation(row: number): Operation {
    const { start, completion } = this.operations;
    const completed = completion[row] ?? noEvent;
    const invocation = this.op(start[row] ?? noEvent);
    return completed === noEvent ? { invocation } : { invocation, completion: this.op(completed) };
  }

  /** The client operations as objects, in the order of their invocations. */
  *pairs(): Generator<Operation> {
    for (let row = 0; row < this.operations.length; row++) yield this.operation(row);
  }

  /** All events as objects, in order. */
  *ops(): Generator<Op> {
    for (let index = 0; index < this.length; index++) yield this.op(index);
  }

  /** The same events, their answers read in another way. */
  readAs(reading: Reading): History {
    const { nilRead, failedCas } = this.reading;
    const isSame = reading.nilRead === nilRead && reading.failedCas === failedCas;
    return isSame ? this : new History(this.events, reading);
  }

  /** The same history with only these of its operations (rows of `operations`); indices of events stay. */
  restrictedTo(rows: ArrayLike<number>): History {
    const part = new History(this.events, this.reading);
    part.paired = this.operations.select(rows);
    return part;
  }

  /**
   * The operations as they were when the event at this index had happened: later answers are not known, except those of
   * what failed. Their completions still stand in `operation(row)`.
   */
  at(index: number): History {
    const before = new History(this.events, this.reading);
    before.paired = this.operations.at(index);
    return before;
  }
}

/** Gathers events, from whatever source, into the columns of a history. */
export class HistoryBuilder {
  readonly fNames = new Names();
  readonly keyNames = new Names();
  readonly nodeNames = new Names();
  readonly values = new Values();
  readonly processes = new Processes();
  readonly errors = new Errors();
  private readonly columns: EventColumns;

  /** `eventsExpected`, if it is known, saves copying while the columns grow. */
  constructor(eventsExpected = 256) {
    this.columns = new EventColumns(Math.max(1, eventsExpected));
  }

  get length(): number {
    return this.columns.length;
  }

  /** Throws UnfitValue for a value that no history can hold; then nothing is appended. */
  append(op: Op): void {
    const value = this.values.idOf(op.value);
    if (op.error !== undefined) this.errors.add(this.length, this.errors.texts.idOf(op.error));
    this.appendIds(
      opTypes.indexOf(op.type),
      this.processes.codeOf(op.process),
      this.fNames.idOf(op.f),
      op.key === undefined ? noName : this.keyNames.idOf(op.key),
      value,
      op.timeNs,
      op.node === undefined ? noName : this.nodeNames.idOf(op.node),
    );
  }

  /** Appends an event that is in numbers already; codes and ids are those of this builder's tables. */
  appendIds(
    type: number,
    process: number,
    f: number,
    key: number,
    value: number,
    timeNs: number,
    node: number = noName,
  ): void {
    this.columns.push(type, process, f, key, value, timeNs, node);
  }

  /** The history so far. The builder is used up. */
  build(reading: Reading = usualReading): History {
    const { length, fNames, keyNames, nodeNames, values, processes, errors } = this;
    return new History(
      { length, ...this.columns.filled(), fNames, keyNames, nodeNames, values, processes, errors },
      reading,
    );
  }
}
