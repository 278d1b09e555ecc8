/**
 * Counts outcomes, and refuses to call a run good in which nothing was judged: if no operation of some kind ever
 * succeeded, what the system would have answered is unknown.
 */
import type { History } from '../columns/history.ts';
import { okOutcome, failOutcome } from '../columns/operations.ts';
import type { Checker, Verdict } from './checker.ts';

export interface Outcomes {
  ok: number;
  fail: number;
  /** Without an answer, or with one that leaves the outcome open. */
  info: number;
}

/** The outcomes of the client operations, by f, in the order of first use. O(operations). */
function outcomesByF({ operations, events }: History): Map<string, Outcomes> {
  const counts = new Map<number, Outcomes>();
  for (let row = 0; row < operations.length; row++) {
    const f = operations.f[row] ?? 0;
    let outcomes = counts.get(f);
    if (!outcomes) counts.set(f, (outcomes = { ok: 0, fail: 0, info: 0 }));
    if (operations.outcome[row] === okOutcome) outcomes.ok++;
    else if (operations.outcome[row] === failOutcome) outcomes.fail++;
    else outcomes.info++;
  }
  return new Map([...counts].map(([f, outcomes]) => [events.fNames.get(f), outcomes]));
}

/** The outcomes of all client operations together. */
export function outcomesOf(history: History): Outcomes {
  const total = { ok: 0, fail: 0, info: 0 };
  for (const { ok, fail, info } of outcomesByF(history).values()) {
    total.ok += ok;
    total.fail += fail;
    total.info += info;
  }
  return total;
}

function check(history: History): Verdict {
  const counts = outcomesByF(history);
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
