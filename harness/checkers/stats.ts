/**
 * Counts outcomes, and refuses to call a run good in which nothing was judged: if no operation of some kind ever
 * succeeded, what the system would have answered is unknown.
 */
import { operationsOf, type Op, type Operation } from '../history.ts';
import type { Checker, Verdict } from './checker.ts';

export interface Outcomes {
  ok: number;
  fail: number;
  /** Without an answer, or with one that leaves the outcome open. */
  info: number;
}

/** The outcomes of the client operations, by f, in the order of first use. */
export function outcomesByF(operations: readonly Operation[]): Map<string, Outcomes> {
  const counts = new Map<string, Outcomes>();
  for (const { invocation, completion } of operations) {
    let outcomes = counts.get(invocation.f);
    if (!outcomes) counts.set(invocation.f, (outcomes = { ok: 0, fail: 0, info: 0 }));
    outcomes[completion === undefined || completion.type === 'invoke' ? 'info' : completion.type]++;
  }
  return counts;
}

/** The outcomes of all client operations together. */
export function outcomesOf(history: readonly Op[]): Outcomes {
  const total = { ok: 0, fail: 0, info: 0 };
  for (const { ok, fail, info } of outcomesByF(operationsOf(history)).values()) {
    total.ok += ok;
    total.fail += fail;
    total.info += info;
  }
  return total;
}

function check(history: readonly Op[]): Verdict {
  const counts = outcomesByF(operationsOf(history));
  const stats = Object.fromEntries(
    [...counts].flatMap(([f, outcomes]) =>
      Object.entries(outcomes).map(([outcome, count]) => [`${f} ${outcome}`, count as number]),
    ),
  );
  const reason = reasonOf(counts);
  return { valid: reason === undefined ? true : 'unknown', anomalies: [], stats, ...(reason && { reason }) };
}

function reasonOf(counts: ReadonlyMap<string, Outcomes>): string | undefined {
  if (counts.size === 0) return 'there is nothing to judge: no operation was invoked';
  const barren = [...counts].filter(([, { ok }]) => ok === 0);
  if (barren.length === 0) return undefined;
  const tried = barren.map(([f, { fail, info }]) => `${f} (${fail} failed, ${info} open)`);
  return `there is too little to judge: no operation of a kind succeeded: ${tried.join(', ')}`;
}

export const stats: Checker = {
  name: 'stats',
  meaning: 'operations of every kind succeeded, so that there is something to judge',
  check,
};
