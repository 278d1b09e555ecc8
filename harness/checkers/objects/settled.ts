/**
 * How long replicas took to agree: from the last act of the nemesis (everything is healed) to the first answer with
 * which every node shows what all nodes show from then on. Nobody sees more than the answers: it may have been sooner.
 */
import type { History } from '../../columns/history.ts';
import { noEvent } from '../../columns/operations.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { AnswerNames } from './answerNames.ts';
import { lastPerNode, quiescenceOf } from './quiescence.ts';
import { nodeOf, rowsByKey } from './rows.ts';

/**
 * Nanoseconds; null when no key was read at two nodes after its last change, when nodes disagree in the end, or when
 * nothing was ever healed. O(n log n) in operations.
 */
export function settledNs(history: History, spec: SequentialSpec): number | null {
  const healed = healedAt(history);
  if (healed === null) return null;
  const names = new AnswerNames(history, spec);
  let latest: number | null = null;
  for (const rows of rowsByKey(history, spec)) {
    const { finalReads } = quiescenceOf(history, rows, spec);
    const reads = finalReads.filter((row) => nodeOf(history, row) >= 0);
    const last = [...lastPerNode(history, reads).values()];
    if (last.length < 2) continue;
    const [agreed = 0] = last;
    if (last.some((row) => names.of(row) !== names.of(agreed))) return null;
    latest = Math.max(latest ?? 0, agreementOf(history, names, reads, agreed) - healed);
  }
  return latest === null ? null : Math.max(0, latest);
}

/** The time of the first answer after which no read shows anything else, and every node has shown this. */
function agreementOf(history: History, names: AnswerNames, reads: readonly number[], agreed: number): number {
  const { completion } = history.operations;
  const inOrder = [...reads].sort((a, b) => (completion[a] ?? 0) - (completion[b] ?? 0));
  const lastOther = inOrder.findLastIndex((row) => names.of(row) !== names.of(agreed));
  const firstOfNode = new Map<number, number>();
  for (const row of inOrder.slice(lastOther + 1))
    if (!firstOfNode.has(nodeOf(history, row))) firstOfNode.set(nodeOf(history, row), completion[row] ?? 0);
  return timeOf(history, Math.max(...firstOfNode.values()));
}

/** When the nemesis acted last: null when it never did. */
function healedAt(history: History): number | null {
  const last = history.lastNemesisEvent;
  return last === noEvent ? null : timeOf(history, last);
}

function timeOf({ events }: History, event: number): number {
  return events.timeNs[event] ?? 0;
}
