/** Histories as callers of the library have them: events with what they care to say, lines of JSON, or columns. */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { UnfitValue } from './columns/canonical.ts';
import { usualReading, type Reading } from './columns/events.ts';
import { History, HistoryBuilder } from './columns/history.ts';
import { MalformedHistory, type Op, type OpType, type Process } from './history.ts';

/** An event of a history; what is left out has the value that says least. */
export interface EventInput {
  readonly process: Process;
  readonly type: OpType;
  readonly f: string;
  readonly key?: string;
  /** Null when absent. */
  readonly value?: Json;
  /** The position in the history, when present. */
  readonly index?: number;
  /** Only for reports and for levels that measure time; the position in the history when absent. */
  readonly timeNs?: number;
  readonly error?: string;
  readonly node?: string;
}

/** A history in any form: its columns, its events in order, or the text of a history.jsonl. */
export type HistoryInput = History | Iterable<EventInput> | string;

/** The history in columns, to be read in this way. Throws MalformedHistory. O(events). */
export function historyOf(input: HistoryInput, reading: Partial<Reading> = {}): History {
  if (input instanceof History) return input.readAs({ ...input.reading, ...reading });
  const events = typeof input === 'string' ? eventsOfLines(input) : listOf(input);
  const builder = new HistoryBuilder();
  for (const op of opsOf(events))
    try {
      builder.append(op);
    } catch (error) {
      if (error instanceof UnfitValue)
        throw new MalformedHistory(op.index, `event ${op.index}: ${error.message}`);
      throw error;
    }
  return builder.build({ ...usualReading, ...reading });
}

/** Not everybody has types. */
function listOf(input: unknown): Iterable<unknown> {
  if (typeof input === 'object' && input !== null && Symbol.iterator in input)
    return input as Iterable<unknown>;
  throw new MalformedHistory(
    0,
    `a history is a list of events, the text of a history.jsonl, or what was read, not ${excerpt(input)}`,
  );
}

function* eventsOfLines(text: string): Generator<unknown> {
  let line = 0;
  for (const part of text.split('\n')) {
    if (part.trim() === '') continue;
    try {
      yield JSON.parse(part) as unknown;
    } catch {
      throw new MalformedHistory(line, `event ${line} is not JSON: ${excerpt(part)}`);
    }
    line++;
  }
}

function* opsOf(events: Iterable<unknown>): Generator<Op> {
  let index = 0;
  for (const event of events) {
    const problem = problemOf(event, index);
    if (problem !== undefined) throw new MalformedHistory(index, `event ${index}: ${problem}`);
    yield opOf(event as EventInput, index++);
  }
}

function opOf({ process, type, f, key, value, timeNs, error, node }: EventInput, index: number): Op {
  return {
    index,
    timeNs: timeNs ?? index,
    process,
    type,
    f,
    ...(key === undefined ? {} : { key }),
    value: value ?? null,
    ...(error === undefined ? {} : { error }),
    ...(node === undefined ? {} : { node: node as NodeId }),
  };
}

const types = ['invoke', 'ok', 'fail', 'info'];

/** What is wrong with an event, in words; undefined when nothing is. */
function problemOf(event: unknown, at: number): string | undefined {
  if (typeof event !== 'object' || event === null) return `expected an object, found ${excerpt(event)}`;
  const { index, process, type, f, key, timeNs, node, error } = event as Readonly<Record<string, unknown>>;
  if (index !== undefined && index !== at)
    return `its index is ${excerpt(index)}: events are missing or stand in another order`;
  const isClient = typeof process === 'number' && Number.isInteger(process) && process >= 0;
  if (!isClient && process !== 'nemesis')
    return `process is a number from 0, or "nemesis", not ${excerpt(process)}`;
  if (!types.includes(type as string)) return `type is one of ${types.join(', ')}, not ${excerpt(type)}`;
  if (!isClient && type !== 'info') return `the nemesis writes only info, not ${excerpt(type)}`;
  if (typeof f !== 'string') return `f is the name of the operation, not ${excerpt(f)}`;
  for (const [name, text] of Object.entries({ key, node, error }))
    if (text !== undefined && typeof text !== 'string') return `${name} is a string, not ${excerpt(text)}`;
  if (timeNs !== undefined && !Number.isFinite(timeNs)) return `timeNs is a number, not ${excerpt(timeNs)}`;
  return undefined;
}

function excerpt(found: unknown): string {
  const text = typeof found === 'string' ? `'${found}'` : (JSON.stringify(found) ?? String(found));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
