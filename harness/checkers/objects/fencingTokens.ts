/**
 * Fencing tokens: every acquisition gets a larger token than all that were acknowledged before it began. Together with
 * no token being given out twice that is exact: then the order of the tokens is an order in which the acquisitions can
 * have taken effect.
 */
import type { History } from '../../columns/history.ts';
import { okOutcome } from '../../columns/operations.ts';
import { fencedLock, tokenOf } from '../../specs/fencedLock.ts';
import type { Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { Findings, given } from './findings.ts';
import { inOrderOfEnd, rowsByKey } from './rows.ts';

/** Judges the tokens that acquisitions answered. O(n log n) in operations. */
export function checkTokens(history: History): Verdict {
  const findings = new Findings(history);
  let tokens = 0;
  for (const rows of rowsByKey(history, fencedLock)) tokens += checkLock(history, rows, findings);
  if (tokens === 0) findings.leaveOpen('there is nothing to judge: no acquisition was given a fencing token');
  return findings.verdict({
    tokens,
    regressions: findings.count('token-regression'),
    reused: findings.count('token-reused'),
  });
}

/** How many tokens were given out. */
function checkLock(history: History, rows: Int32Array, findings: Findings): number {
  const { operations, events } = history;
  const { f, outcome, output, start, end } = operations;
  const acquire = events.fNames.find('acquire');
  const tokenAt = (row: number): number | undefined => tokenOf(events.values.get(output[row] ?? 0));
  const fenced = [...rows].filter(
    (row) => f[row] === acquire && outcome[row] === okOutcome && tokenAt(row) !== undefined,
  );
  const tokens = fenced.map((row) => tokenAt(row) ?? 0);
  const firstWith = new Map<number, number>();
  const byEnd = inOrderOfEnd(operations, fenced);
  let next = 0;
  /** The position of the largest token that was acknowledged before the current acquisition began. */
  let largest: number | undefined;
  fenced.forEach((row, at) => {
    const token = tokens[at] ?? 0;
    for (; next < byEnd.length; next++) {
      const earlier = byEnd[next] ?? 0;
      if ((end[fenced[earlier] ?? 0] ?? 0) >= (start[row] ?? 0)) break;
      if (largest === undefined || (tokens[earlier] ?? 0) > (tokens[largest] ?? 0)) largest = earlier;
    }
    const same = firstWith.get(token);
    firstWith.set(token, same ?? row);
    if (same !== undefined)
      findings.add(
        'token-reused',
        [same, row],
        (one, other) =>
          `${phrase(given(one))} and ${phrase(given(other))} were both given the token ${token}`,
      );
    else if (largest !== undefined && token < (tokens[largest] ?? 0)) {
      const larger = tokens[largest] ?? 0;
      findings.add(
        'token-regression',
        [fenced[largest] ?? 0, row],
        (earlier, later) =>
          `${phrase(given(later))} was given the token ${token}, ` +
          `though ${phrase(given(earlier))} had been given ${larger} before it began`,
      );
    }
  });
  return fenced.length;
}
