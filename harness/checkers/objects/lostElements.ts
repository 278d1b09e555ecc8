/** Elements that went into a queue, did not come out, and were not there when it was found empty. */
import type { History } from '../../columns/history.ts';
import { never, okOutcome } from '../../columns/operations.ts';
import { listed, phrase } from '../phrases.ts';
import { given, type Findings } from './findings.ts';
import type { QueueRows } from './totalQueue.ts';

/**
 * Sweeps over the acknowledged enqueues in the order of their ends, and counts those whose element is never dequeued:
 * of each element as many as were acknowledged beyond the number of its dequeues. A dequeue that found the queue empty
 * proves those lost that were counted before it began, but for one for each open dequeue that began before it ended.
 * O(n log n).
 */
export function reportLost(history: History, queue: QueueRows, findings: Findings): Lost {
  const missing = missingOf(history, queue);
  const { start, end } = history.operations;
  const openStarts = queue.open.map((row) => start[row] ?? 0);
  let before = 0;
  let proof: Proof | undefined;
  // By start, as rows are.
  for (const empty of queue.empties) {
    while (before < missing.length && (missing[before]?.from ?? never) < (start[empty] ?? 0)) before++;
    const open = countBelow(openStarts, end[empty] ?? never);
    if (before - open > (proof?.lost ?? 0)) proof = { empty, lost: before - open, missing: before, open };
  }
  if (proof) report(findings, missing.slice(0, proof.missing), proof);
  else if (missing.length > before) findings.leaveOpen(undecidedReason(missing.length - before));
  return { missing: missing.length, lost: proof?.lost ?? 0 };
}

export interface Lost {
  /** How many elements were never dequeued. */
  readonly missing: number;
  /** How many of them are surely lost. */
  readonly lost: number;
}

/** The dequeue that found the queue empty; what was missing then, and what of that open dequeues can have taken. */
interface Proof extends Lost {
  readonly empty: number;
  readonly open: number;
}

const undecidedReason = (count: number): string =>
  `${count === 1 ? '1 element that was' : `${count} elements that were`} enqueued never came out, ` +
  'and no dequeue found the queue empty after that';

/** How many of the numbers, which ascend, are below `limit`. O(log n). */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An enqueue (none for what was there at the beginning) of an element that never came out, and since when it is in. */
interface Missing {
  readonly row: number | undefined;
  readonly from: number;
}

/** By `from`. Where an element was enqueued several times, the last ones are the missing ones. */
function missingOf({ operations }: History, queue: QueueRows): Missing[] {
  const { input, output, end, outcome } = operations;
  const dequeued = new Map<number, number>();
  for (const row of queue.dequeues) dequeued.set(output[row] ?? 0, (dequeued.get(output[row] ?? 0) ?? 0) + 1);
  const takenOut = (id: number): boolean => {
    const left = dequeued.get(id) ?? 0;
    dequeued.set(id, left - 1);
    return left > 0;
  };
  const initial = queue.initial.filter((id) => !takenOut(id)).map(() => ({ row: undefined, from: -1 }));
  const acked = queue.enqueues.filter((row) => outcome[row] === okOutcome);
  const rest = acked
    .sort((a, b) => (end[a] ?? 0) - (end[b] ?? 0))
    .filter((row) => !takenOut(input[row] ?? 0))
    .map((row) => ({ row, from: end[row] ?? never }));
  return [...initial, ...rest];
}

function report(findings: Findings, missing: readonly Missing[], { empty, open, lost }: Proof): void {
  const rows = missing.flatMap(({ row }) => row ?? []);
  if (open === 0)
    for (const row of rows)
      findings.add(
        'lost',
        [row, empty],
        (enqueue, found) =>
          `${phrase(given(enqueue))} was acknowledged, and ${phrase(given(found))} found the queue empty after that, ` +
          'yet nobody ever took the element out',
      );
  const isToldOneByOne = open === 0 && rows.length === missing.length;
  if (isToldOneByOne) return;
  const shown = open === 0 ? [] : rows.slice(0, shownMax);
  const excuse =
    open === 0
      ? ''
      : `, and the ${open === 1 ? 'dequeue' : `${open} dequeues`} without an answer can have taken only ${open}`;
  findings.add('lost', [empty, ...shown], (found, ...enqueues) => {
    const names = shown.length > 0 ? ` (${listed(enqueues.map(phrase), 'and')})` : '';
    const count = open === 0 ? lost - rows.length : missing.length;
    return (
      `${phrase(given(found))} found the queue empty, yet ${count} of the elements that were in it before` +
      `${names} never came out${excuse}`
    );
  });
}

/** So many of the elements are named. */
const shownMax = 6;
