/**
 * Queues as bags (Jepsen's `total-queue`): everything that was enqueued comes out exactly once. Elements are counted, so
 * they need not be unique.
 *
 * - Invented, duplicated: every dequeue of an element needs an enqueue of its own that began before the dequeue ended.
 *   (Matching the dequeues by end to the enqueues by start decides that exactly.)
 * - Lost: a dequeue that found the queue empty says that everything acknowledged before it began was taken. What is
 *   never dequeued was then lost, but for one element for each dequeue without an answer that began before that.
 *   What stays in a queue that was not found empty afterwards is undecided.
 * - Overtaking: two elements come out in the order in which they went in. This can only add violations.
 */
import type { History } from '../../columns/history.ts';
import { nullId } from '../../columns/interner.ts';
import { failOutcome, okOutcome } from '../../columns/operations.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { listAnswered } from './answers.ts';
import { budgetReason, Findings, undecidable } from './findings.ts';
import { reportLost } from './lostElements.ts';
import { reportOvertaking } from './overtaking.ts';
import { reportUnmatched } from './unmatchedDequeues.ts';
import { rowsByKey, strangeOperation } from './rows.ts';

export interface QueueOptions {
  /** The elements before the first operation, first out first. */
  readonly initial?: Json;
}

/** Judges queues whose elements are not null. O(n log n) in operations. */
export function totalQueue(spec: SequentialSpec, options: QueueOptions = {}): Checker {
  return {
    name: 'total-queue',
    meaning: 'what was enqueued comes out once, and nothing else comes out',
    check: (history, budget) => check(history, budget, spec, options),
  };
}

/** The operations of one queue that may have taken effect, in columns; rows of `history.operations`, by start. */
export interface QueueRows {
  /** Enqueues that did not fail. */
  readonly enqueues: readonly number[];
  /** Dequeues that answered an element. */
  readonly dequeues: readonly number[];
  /** Dequeues that found the queue empty. */
  readonly empties: readonly number[];
  /** Dequeues without an answer. */
  readonly open: readonly number[];
  /** Ids of the elements that were there at the beginning. */
  readonly initial: readonly number[];
}

/** What is judged of each queue. */
type Judge = (queue: QueueRows, findings: Findings, stats: QueueStats) => void;

interface QueueStats {
  enqueued: number;
  dequeued: number;
  openDequeues: number;
  /** Acknowledged elements that never came out. */
  missing: number;
  /** How many of them are surely lost. */
  lost: number;
}

function check(history: History, budget: Budget, spec: SequentialSpec, options: QueueOptions): Verdict {
  return judgeQueues(history, budget, spec, options, (queue, findings, stats) => {
    reportUnmatched(history, queue, findings);
    reportOvertaking(history, queue, findings);
    countLost(history, queue, findings, stats);
  });
}

/** Whether elements were lost, and nothing else: the anomalies of kind `lost` that total-queue finds. */
export function lostElements(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  options: QueueOptions,
): Verdict {
  return judgeQueues(history, budget, spec, options, (queue, findings, stats) =>
    countLost(history, queue, findings, stats),
  );
}

function countLost(history: History, queue: QueueRows, findings: Findings, stats: QueueStats): void {
  const { missing, lost } = reportLost(history, queue, findings);
  stats.missing += missing;
  stats.lost += lost;
}

function judgeQueues(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  options: QueueOptions,
  judge: Judge,
): Verdict {
  const strange = strangeOperation(history, spec);
  if (strange !== undefined) return undecidable(`a queue has no operation ${strange}`);
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const { values } = history.events;
  const initial = (listAnswered(options.initial ?? null) ?? []).map((element) => values.idOf(element));
  const findings = new Findings(history);
  const stats: QueueStats = { enqueued: 0, dequeued: 0, openDequeues: 0, missing: 0, lost: 0 };
  for (const rows of rowsByKey(history, spec)) {
    const queue = queueRows(history, rows, initial);
    stats.enqueued += queue.enqueues.length;
    stats.dequeued += queue.dequeues.length;
    stats.openDequeues += queue.open.length;
    const holdsNull =
      initial.includes(nullId) || queue.enqueues.some((row) => history.operations.input[row] === nullId);
    if (holdsNull)
      findings.leaveOpen('null was enqueued, which looks like an empty queue when it is dequeued');
    else judge(queue, findings, stats);
  }
  if (stats.enqueued + stats.dequeued === 0)
    findings.leaveOpen('there is nothing to judge: nothing was enqueued');
  return findings.verdict({
    ...stats,
    unexpected: findings.count('unexpected'),
    duplicated: findings.count('duplicated'),
    overtaking: findings.count('overtaking'),
  });
}

function queueRows({ operations, events }: History, rows: Int32Array, initial: readonly number[]): QueueRows {
  const enqueue = events.fNames.find('enqueue');
  const [enqueues, dequeues, empties, open]: number[][] = [[], [], [], []];
  for (const row of rows) {
    const outcome = operations.outcome[row];
    if (outcome === failOutcome) continue;
    if (operations.f[row] === enqueue) enqueues?.push(row);
    else if (outcome === okOutcome) (operations.output[row] === nullId ? empties : dequeues)?.push(row);
    else open?.push(row);
  }
  return {
    enqueues: enqueues ?? [],
    dequeues: dequeues ?? [],
    empties: empties ?? [],
    open: open ?? [],
    initial,
  };
}
