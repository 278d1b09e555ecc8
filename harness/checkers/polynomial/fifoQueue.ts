/**
 * FIFO queues whose elements are enqueued once each, all dequeues answered (bad patterns of Henzinger, Sezgin &
 * Vafeiadis, "Aspect-Oriented Linearizability Proofs", CONCUR 2013). Such a history is linearizable exactly if
 *
 * - every element that was dequeued was enqueued, dequeued once, and not dequeued before its enqueue began;
 * - no element was overtaken: enqueued before another one, and dequeued after it or never;
 * - whenever a dequeue found the queue empty, there was a moment at which no element was surely in it.
 *
 * An enqueue without an answer whose element nobody got may never have happened, and is left out. A dequeue without an
 * answer may have taken any element: then this does not decide.
 */
import { nullId } from '../../columns/interner.ts';
import { failOutcome, never, okOutcome } from '../../columns/operations.ts';
import { queue } from '../../specs/queue.ts';
import { dequeuedTwice, fromTheFuture, neverEmpty, neverEnqueued, overtaken } from './queueWitness.ts';
import type { Refusal } from './refusal.ts';
import { none, scratchOf, type Scratch } from './scratch.ts';
import { beginsEmpty, type Decision, type Part, type SpecialCase } from './specialCase.ts';

/** The elements of a queue, in the order in which their enqueues began; the first `count` of each column. */
export interface Elements {
  readonly part: Part;
  readonly count: number;
  /** The row of the enqueue. */
  readonly enqueue: Int32Array;
  /** The row of the dequeue, or `none`. */
  readonly dequeue: Int32Array;
  readonly scratch: Scratch;
}

/** O(n log n). */
export const fifoQueue: SpecialCase = {
  name: 'FIFO queue of unique elements',
  decide(part: Part): Decision | undefined {
    const { history, spec, rows } = part;
    if (spec !== queue || !beginsEmpty(part)) return undefined;
    const scratch = scratchOf(history.events);
    scratch.reserveNotes(history.events.values.size);
    try {
      const elements = elementsOf(part, scratch);
      return elements && (violationOf(elements) ?? { valid: true });
    } finally {
      const { input } = history.operations;
      for (const row of rows) scratch.notes[input[row] ?? 0] = none;
    }
  },
};

/** Notes the element of every value that was enqueued; undefined when the data do not allow a decision. */
function elementsOf(part: Part, scratch: Scratch): Elements | undefined {
  const { history, rows } = part;
  const { f, input, outcome } = history.operations;
  const enqueue = scratch.array(0, rows.length);
  const dequeue = scratch.array(1, rows.length);
  const [enqueueF, dequeueF] = [history.events.fNames.find('enqueue'), history.events.fNames.find('dequeue')];
  let count = 0;
  for (const row of rows) {
    if (outcome[row] === failOutcome) continue;
    if (f[row] === dequeueF) {
      if (outcome[row] !== okOutcome) return undefined;
      continue;
    }
    const value = input[row] ?? 0;
    if (f[row] !== enqueueF || value === nullId || scratch.notes[value] !== none) return undefined;
    scratch.notes[value] = count;
    dequeue[count] = none;
    enqueue[count++] = row;
  }
  return { part, count, enqueue, dequeue, scratch };
}

function violationOf(elements: Elements): Refusal | undefined {
  const unmatched = matchDequeues(elements);
  if (unmatched) return unmatched;
  const { byEnd, count } = byEndOfEnqueue(elements);
  return findOvertaken(elements, byEnd, count) ?? findFalselyEmpty(elements, byEnd, count);
}

function matchDequeues(elements: Elements): Refusal | undefined {
  const { part, enqueue, dequeue, scratch } = elements;
  const { start, end, output, f, outcome } = part.history.operations;
  const dequeueF = part.history.events.fNames.find('dequeue');
  for (const row of part.rows) {
    const value = output[row] ?? 0;
    if (f[row] !== dequeueF || outcome[row] === failOutcome || value === nullId) continue;
    const element = scratch.notes[value] ?? none;
    if (element === none) return neverEnqueued(part, row);
    const enqueued = enqueue[element] ?? 0;
    const first = dequeue[element] ?? none;
    if (first !== none) return dequeuedTwice(part, enqueued, [first, row]);
    if ((end[row] ?? 0) < (start[enqueued] ?? 0)) return fromTheFuture(part, enqueued, row);
    dequeue[element] = row;
  }
  return undefined;
}

/** Elements whose enqueue was acknowledged, in the order in which that was. */
function byEndOfEnqueue({ part, count, enqueue, scratch }: Elements): { byEnd: Int32Array; count: number } {
  const { end } = part.history.operations;
  const byEnd = scratch.array(2, count);
  let ended = 0;
  for (let element = 0; element < count; element++) {
    const at = end[enqueue[element] ?? 0] ?? never;
    if (at === never) continue;
    scratch.atEvent[at] = element;
    byEnd[ended++] = at;
  }
  byEnd.subarray(0, ended).sort();
  for (let at = 0; at < ended; at++) byEnd[at] = scratch.atEvent[byEnd[at] ?? 0] ?? 0;
  return { byEnd, count: ended };
}

/** When the dequeue of an element began; `never` if there was none. */
function dequeueStart({ part, dequeue }: Elements, element: number): number {
  const row = dequeue[element] ?? none;
  return row === none ? never : (part.history.operations.start[row] ?? 0);
}

/** Sweeps enqueues by start, with the element that was dequeued last of those whose enqueue ended before. */
function findOvertaken(elements: Elements, byEnd: Int32Array, endedCount: number): Refusal | undefined {
  const { part, count, enqueue, dequeue } = elements;
  const { start, end } = part.history.operations;
  let at = 0;
  let last: number = none;
  let lastStart = -1;
  for (let element = 0; element < count; element++) {
    const began = start[enqueue[element] ?? 0] ?? 0;
    for (; at < endedCount && (end[enqueue[byEnd[at] ?? 0] ?? 0] ?? 0) < began; at++) {
      const dequeued = dequeueStart(elements, byEnd[at] ?? 0);
      if (dequeued > lastStart) [last, lastStart] = [byEnd[at] ?? 0, dequeued];
    }
    const row = dequeue[element] ?? none;
    if (row !== none && (end[row] ?? 0) < lastStart) return overtaken(elements, last, element);
  }
  return undefined;
}

/**
 * An element is surely in the queue from the end of its enqueue to the start of its dequeue. A dequeue that found
 * nothing must not lie in a stretch of time that such elements cover without a gap.
 */
function findFalselyEmpty(elements: Elements, byEnd: Int32Array, endedCount: number): Refusal | undefined {
  const { part, scratch } = elements;
  const { f, start, end, output, outcome } = part.history.operations;
  const dequeueF = part.history.events.fNames.find('dequeue');
  const from = scratch.array(3, endedCount);
  const to = scratch.array(4, endedCount);
  const stretches = coveredStretches(elements, byEnd, endedCount, from, to);
  let at = 0;
  for (const row of part.rows) {
    if (f[row] !== dequeueF || outcome[row] === failOutcome || output[row] !== nullId) continue;
    const began = start[row] ?? 0;
    while (at < stretches && (to[at] ?? 0) < began) at++;
    if (at < stretches && (from[at] ?? 0) < began && (end[row] ?? 0) < (to[at] ?? 0))
      return neverEmpty(elements, coverOf(elements, byEnd.subarray(0, endedCount), row), row);
  }
  return undefined;
}

/** The union of the intervals in which an element is surely there, by start; how many pieces it has. */
function coveredStretches(
  elements: Elements,
  byEnd: Int32Array,
  endedCount: number,
  from: Int32Array,
  to: Int32Array,
): number {
  const { end } = elements.part.history.operations;
  let count = 0;
  for (let at = 0; at < endedCount; at++) {
    const element = byEnd[at] ?? 0;
    const since = end[elements.enqueue[element] ?? 0] ?? 0;
    const until = dequeueStart(elements, element);
    if (until < since) continue;
    if (count > 0 && since < (to[count - 1] ?? 0)) to[count - 1] = Math.max(to[count - 1] ?? 0, until);
    else {
      from[count] = since;
      to[count++] = until;
    }
  }
  return count;
}

/** As few elements as possible that together are surely there during the whole of a dequeue. */
function coverOf(elements: Elements, byEnd: Int32Array, row: number): number[] {
  const { start, end } = elements.part.history.operations;
  const cover: number[] = [];
  let reached = start[row] ?? 0;
  for (let at = 0; reached <= (end[row] ?? 0);) {
    let best: number = none;
    let until = reached;
    for (; at < byEnd.length && (end[elements.enqueue[byEnd[at] ?? 0] ?? 0] ?? 0) < reached; at++)
      if (dequeueStart(elements, byEnd[at] ?? 0) > until) {
        best = byEnd[at] ?? 0;
        until = dequeueStart(elements, best);
      }
    if (best === none) throw new Error('the stretch has a gap');
    cover.push(best);
    reached = until;
  }
  return cover;
}
