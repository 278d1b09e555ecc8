/** Unique ids (Jepsen's `unique-ids`): no id is given out twice. */
import type { History } from '../../columns/history.ts';
import { okOutcome } from '../../columns/operations.ts';
import { describeValue } from '../../specs/describe.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { phrase } from '../phrases.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';

/** Every id that was given out is another one. O(operations). */
export function uniqueIds(): Checker {
  return { name: 'unique-ids', meaning: 'no id is given out twice', check };
}

function check(history: History, budget: Budget): Verdict {
  const { events, operations } = history;
  const { length, f, outcome, output } = operations;
  if (!budget.spend(length)) return undecidable(budgetReason);
  const generate = events.fNames.find('generate');
  const findings = new Findings(history);
  const firstRow = new Int32Array(events.values.size).fill(-1);
  let acknowledged = 0;
  for (let row = 0; row < length; row++) {
    if (f[row] !== generate || outcome[row] !== okOutcome) continue;
    acknowledged++;
    const id = output[row] ?? 0;
    const first = firstRow[id] ?? -1;
    if (first === -1) firstRow[id] = row;
    else
      findings.add('duplicate-id', [first, row], (one, other) => {
        const value = describeValue(events.values.get(id));
        return `${phrase(given(one))} and ${phrase(given(other))} were both given the id ${value}`;
      });
  }
  if (acknowledged === 0) findings.leaveOpen('there is nothing to judge: no id was given out');
  return findings.verdict({ acknowledged, duplicated: findings.count('duplicate-id') });
}
