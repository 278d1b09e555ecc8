/**
 * Nothing acknowledged is lost. A key is judged by its final reads, those that began after the last operation that may
 * have changed it had ended, and after the last act of the nemesis (quiescence.ts); whoever records histories of replicated
 * stores lets them converge before. If the last final reads of all nodes miss a write that was acknowledged, and that
 * nothing can have replaced, it was lost.
 *
 * What that is depends on the object: `lostValues` of registers, `lostMembers` of lists and sets, `lostAmounts` of
 * counters and inventories, the lost elements of queues. Each is implied by regularity, hence by linearizability: one
 * final read that misses an acknowledged write violates both.
 */
import type { History } from '../../columns/history.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { budgetReason, Findings, undecidable } from './findings.ts';
import { findLostAmounts } from './lostAmounts.ts';
import { findLostMembers } from './lostMembers.ts';
import { findLostValues, lostIn } from './lostValues.ts';
import { hasStocks } from './stocks.ts';
import { lostElements } from './totalQueue.ts';

export interface LostOptions {
  /** The state of every key before the first operation. */
  readonly initial?: Json;
}

/** How many keys were judged by final reads; or in words why nothing can be said. */
export type Judged = number | string;

/** Decides whether acknowledged writes were lost. Near-linear in operations, but for the search of lost values. */
export function noLostWrites(spec: SequentialSpec, options: LostOptions = {}): Checker {
  return {
    name: 'no-lost-writes',
    meaning: 'what was acknowledged is there in the end, unless something replaced it',
    check: (history, budget) => check(history, budget, spec, options),
  };
}

function check(history: History, budget: Budget, spec: SequentialSpec, options: LostOptions): Verdict {
  if (spec.name === 'queue') return checkQueue(history, budget, spec, options);
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const findings = new Findings(history);
  const judged = find(history, budget, spec, options, findings);
  if (typeof judged === 'string') findings.leaveOpen(judged);
  else if (judged === 0)
    findings.leaveOpen(
      'there is nothing to judge: nothing was read after its last change and the last fault had ended',
    );
  return findings.verdict({
    judged: typeof judged === 'number' ? judged : 0,
    lost: lostIn(findings),
    neverWritten: findings.count('never-written'),
  });
}

function find(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  { initial }: LostOptions,
  findings: Findings,
): Judged {
  if (hasStocks(spec)) return findLostAmounts(history, spec, initial, findings);
  if (spec.name === 'append' || spec.name === 'set') return findLostMembers(history, budget, spec, findings);
  return findLostValues(history, budget, spec, initial, findings);
}

/** A queue loses elements that were acknowledged, never came out, and were not there when it was found empty. */
function checkQueue(history: History, budget: Budget, spec: SequentialSpec, options: LostOptions): Verdict {
  const { anomalies, ...verdict } = lostElements(history, budget, spec, options);
  return { ...verdict, anomalies: anomalies.map((anomaly) => ({ ...anomaly, kind: 'lost-write' })) };
}
