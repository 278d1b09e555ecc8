/**
 * Drains of Jepsen's queue workloads: `:f :drain` dequeues until nothing is left, and answers all elements. Each is
 * taken for the dequeues that it stands for: one for every element and one that found the queue empty, all of them in
 * flight as long as the drain was, each by a process of its own. In which order they took effect is left open, so no
 * order is blamed that the drain did not have. One without an answer may have dequeued anything.
 *
 * Source: jepsen.checker (`expand-queue-drain-ops`, which lets a drain take effect as it ends).
 */
import { refuseOtherCompletions } from '../columns/completions.ts';
import type { Events } from '../columns/events.ts';
import { History, HistoryBuilder } from '../columns/history.ts';
import { noName } from '../columns/interner.ts';
import { MalformedHistory, type Op } from '../history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

export interface Drained {
  readonly events: Events;
  /** By event: its index before. */
  readonly origin: readonly number[];
}

/** The answers of its dequeues. */
type Drain = readonly Json[];

/** Takes drains apart; undefined where there are none. Every process of a client must have a number. O(events). */
export function withoutDrains(events: Events): Drained | undefined {
  const { fNames } = events;
  const isOfQueue = fNames.find('enqueue') !== noName || fNames.find('dequeue') !== noName;
  if (fNames.find('drain') === noName || !isOfQueue) return undefined;
  const given = new History(events);
  // Taken apart, a drain says no more to which process it belonged, and whether that did one thing at a time.
  refuseOtherCompletions(given);
  const drains = drainsIn(given);
  const builder = new HistoryBuilder(events.length);
  const origin: number[] = [];
  let free = freeProcess(given);
  const inFlight = new Map<Op['process'], InFlight>();
  for (const op of given.ops()) {
    const isDrain = isClients(op) && op.f === 'drain';
    if (isDrain && op.type === 'invoke') {
      const drain = drains.get(op.index) ?? [];
      inFlight.set(op.process, { drain, first: free });
      free += drain.length;
    }
    for (const one of isDrain ? dequeues(op, inFlight.get(op.process)) : [op]) {
      builder.append(one);
      origin.push(op.index);
    }
  }
  return { events: builder.build().events, origin };
}

/** A drain, and the first of the processes of its dequeues. */
interface InFlight {
  readonly drain: Drain;
  readonly first: number;
}

/** The events that an event of a drain stands for. What failed never was, what has no answer stays open. */
function dequeues(op: Op, inFlight: InFlight | undefined): Op[] {
  if (inFlight === undefined || op.type === 'fail' || op.type === 'info') return [];
  const { drain, first } = inFlight;
  return drain.map((answer, at) => {
    const value = op.type === 'ok' ? answer : null;
    return { ...op, process: first + at, f: 'dequeue', value };
  });
}

const isClients = ({ process }: Op): boolean => process !== 'nemesis';

/** By the index of its invocation. */
function drainsIn(history: History): Map<number, Drain> {
  const drains = new Map<number, Drain>();
  const open = new Map<Op['process'], number>();
  let enqueues = 0;
  for (const op of history.ops()) {
    enqueues += +(op.f === 'enqueue' && op.type === 'invoke');
    if (!isClients(op) || op.f !== 'drain') continue;
    const invocation = open.get(op.process);
    if (op.type === 'invoke') open.set(op.process, op.index);
    else if (invocation !== undefined && op.type !== 'info') {
      open.delete(op.process);
      drains.set(invocation, op.type === 'ok' ? [...elementsOf(op), null] : []);
    }
  }
  for (const invocation of open.values()) drains.set(invocation, Array<null>(enqueues).fill(null));
  return drains;
}

function elementsOf({ value, index }: Op): Drain {
  if (value === null) return [];
  if (Array.isArray(value)) return value as Drain;
  throw new MalformedHistory(
    index,
    `expected the elements that a drain dequeued, found ${JSON.stringify(value).slice(0, 60)}`,
  );
}

function freeProcess(history: History): number {
  let free = 0;
  for (const { process } of history.ops()) if (process !== 'nemesis') free = Math.max(free, process + 1);
  return free;
}
