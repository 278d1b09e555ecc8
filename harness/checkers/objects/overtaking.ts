/** First in, first out: of two elements that went in one after the other, the later one came out for sure first. */
import type { History } from '../../columns/history.ts';
import { phrase } from '../phrases.ts';
import { described } from './answers.ts';
import { given, type Findings } from './findings.ts';
import type { QueueRows } from './totalQueue.ts';

/** An element that went in once and came out once. */
interface Passage {
  readonly enqueue: number;
  readonly dequeue: number;
}

/**
 * Looks for x and y with: x was enqueued before y's enqueue began, and y was dequeued before x's dequeue began. One
 * sweep over the enqueues in order keeps the x that came out last. O(n log n).
 */
export function reportOvertaking(history: History, queue: QueueRows, findings: Findings): void {
  const { start, end, input } = history.operations;
  const passages = passagesOf(history, queue);
  const byEnd = [...passages].sort((a, b) => (end[a.enqueue] ?? 0) - (end[b.enqueue] ?? 0));
  let next = 0;
  let last: Passage | undefined;
  // By start, as rows are.
  for (const passage of passages) {
    for (; next < byEnd.length; next++) {
      const earlier = byEnd[next];
      if (!earlier || (end[earlier.enqueue] ?? 0) >= (start[passage.enqueue] ?? 0)) break;
      if (!last || (start[earlier.dequeue] ?? 0) > (start[last.dequeue] ?? 0)) last = earlier;
    }
    if (!last || (start[last.dequeue] ?? 0) <= (end[passage.dequeue] ?? 0)) continue;
    const [first, second] = [last, passage].map(({ enqueue }) =>
      described(history.events.values.get(input[enqueue] ?? 0)),
    );
    findings.add(
      'overtaking',
      [last.enqueue, passage.enqueue, passage.dequeue, last.dequeue],
      (enqueued, after, dequeued, later) =>
        `${phrase(given(enqueued))} was acknowledged before ${phrase(given(after))} began, yet ${second} came out ` +
        `(${phrase(given(dequeued))}) before anybody began to take ${first} out (${phrase(given(later))})`,
    );
  }
}

/** The elements that were enqueued once, acknowledged, and dequeued once, by the start of their enqueue. */
function passagesOf({ operations }: History, queue: QueueRows): Passage[] {
  const { input, output, end, start } = operations;
  const once = (rows: readonly number[], column: Int32Array): Map<number, number> => {
    const rowOf = new Map<number, number>();
    for (const row of rows) rowOf.set(column[row] ?? 0, rowOf.has(column[row] ?? 0) ? -1 : row);
    return rowOf;
  };
  const enqueued = once(queue.enqueues, input);
  for (const id of queue.initial) enqueued.set(id, -1);
  const dequeued = once(queue.dequeues, output);
  return queue.enqueues.flatMap((enqueue) => {
    const dequeue = dequeued.get(input[enqueue] ?? 0) ?? -1;
    const isOnce = enqueued.get(input[enqueue] ?? 0) === enqueue && dequeue !== -1;
    // What came out before it went in is another anomaly.
    return isOnce && (start[enqueue] ?? 0) < (end[dequeue] ?? 0) ? [{ enqueue, dequeue }] : [];
  });
}
