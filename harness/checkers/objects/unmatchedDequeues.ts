/** Elements that came out of a queue more often than they can have gone in. */
import type { History } from '../../columns/history.ts';
import { phrase, phraseWithAnswer } from '../phrases.ts';
import { described } from './answers.ts';
import { FailedWrites } from './failedWrites.ts';
import { given, type Findings } from './findings.ts';
import type { QueueRows } from './totalQueue.ts';

/**
 * Matches each dequeue to an enqueue of the same element that began before the dequeue ended, one to one: the j-th
 * dequeue by end needs j enqueues that began before it ended. O(n log n).
 */
export function reportUnmatched(history: History, queue: QueueRows, findings: Findings): void {
  const { input, output, start, end } = history.operations;
  const failed = new FailedWrites(history);
  const startsOf = new Map<number, number[]>();
  const put = (id: number, from: number): void => {
    const starts = startsOf.get(id);
    if (starts) starts.push(from);
    else startsOf.set(id, [from]);
  };
  for (const id of queue.initial) put(id, -1);
  // By start, as rows are.
  for (const row of queue.enqueues) put(input[row] ?? 0, start[row] ?? 0);
  const taken = new Map<number, number>();
  for (const row of [...queue.dequeues].sort((a, b) => (end[a] ?? 0) - (end[b] ?? 0))) {
    const id = output[row] ?? 0;
    const starts = startsOf.get(id) ?? [];
    const count = taken.get(id) ?? 0;
    if ((starts[count] ?? Infinity) < (end[row] ?? 0)) taken.set(id, count + 1);
    else if (count === 0) reportUnexpected(history, failed, findings, row);
    else reportDuplicated(history, queue, findings, row);
  }
}

function reportUnexpected(
  history: History,
  failedWrites: FailedWrites,
  findings: Findings,
  row: number,
): void {
  const { operations, events } = history;
  const failed = failedWrites.before(row, events.values.get(operations.output[row] ?? 0));
  findings.add('unexpected', [row, ...failed], (dequeue, enqueue) =>
    enqueue === undefined
      ? `${phraseWithAnswer(given(dequeue))}, but until then nobody had tried to enqueue that`
      : `${phraseWithAnswer(given(dequeue))}, but ${phrase(enqueue)} failed: it was certain never to take effect`,
  );
}

/** The element came out before, as often as it can have gone in. */
function reportDuplicated(history: History, queue: QueueRows, findings: Findings, row: number): void {
  const { output, end, start, input } = history.operations;
  const id = output[row] ?? 0;
  // Looking for the other operations is linear in all.
  const isExplained = findings.explains('duplicated');
  const same = (other: number, column: Int32Array): boolean => isExplained && column[other] === id;
  const earlier = queue.dequeues.filter(
    (other) => same(other, output) && other !== row && (end[other] ?? 0) < (end[row] ?? 0),
  );
  const enqueues = queue.enqueues.filter(
    (other) => same(other, input) && (start[other] ?? 0) < (end[row] ?? 0),
  );
  const times = enqueues.length + queue.initial.filter((initial) => initial === id).length;
  findings.add('duplicated', [row, ...earlier, ...enqueues], (dequeue, ...others) => {
    const name = described(history.events.values.get(id));
    const before = others.slice(0, earlier.length).map(phrase);
    return (
      `${phrase(given(dequeue))} answered ${name}, which ${before.slice(0, 3).join(' and ')} had taken out already; ` +
      `until then it can have been put in ${times === 1 ? 'once' : `${times} times`} at most`
    );
  });
}
