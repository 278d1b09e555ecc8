/** Leaders: at most one a term (election safety, Raft §5.2), as far as clients were told who leads. */
import type { History } from '../../columns/history.ts';
import { nullId } from '../../columns/interner.ts';
import { okOutcome } from '../../columns/operations.ts';
import { describeValue } from '../../specs/describe.ts';
import { leader as leaderSpec, sightingOf } from '../../specs/leader.ts';
import type { Operation } from '../../history.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { reference } from '../phrases.ts';
import { budgetReason, Findings, given, undecidable } from './findings.ts';
import { rowsByKey } from './rows.ts';

/** Judges operations `leader` that answer `{leader, term}`; a null leader says nothing. O(operations). */
export function leaderTerms(): Checker {
  return { name: 'leader-terms', meaning: 'no term has two leaders', check };
}

function check(history: History, budget: Budget): Verdict {
  if (!budget.spend(history.operations.length)) return undecidable(budgetReason);
  const findings = new Findings(history);
  let terms = 0;
  for (const rows of rowsByKey(history, leaderSpec)) terms += checkGroup(history, rows, findings);
  if (terms === 0) findings.leaveOpen('there is nothing to judge: nobody was told of a leader');
  return findings.verdict({ terms, violated: findings.count('two-leaders') });
}

/** The number of terms in which a leader was seen. */
function checkGroup(history: History, rows: Int32Array, findings: Findings): number {
  const { events, operations } = history;
  const { values, fNames } = events;
  const f = fNames.find('leader');
  /** By term: the row that was first told of its leader. */
  const firstRow = new Map<number, number>();
  const leaderAt = (row: number): number => {
    const sighting = sightingOf(values.get(operations.output[row] ?? 0));
    return sighting ? values.idOf(sighting.leader) : nullId;
  };
  const contradicted = new Set<number>();
  for (const row of rows) {
    if (operations.f[row] !== f || operations.outcome[row] !== okOutcome) continue;
    const sighting = sightingOf(values.get(operations.output[row] ?? 0));
    if (!sighting) continue;
    const term = values.idOf(sighting.term);
    const first = firstRow.get(term);
    if (first === undefined) firstRow.set(term, row);
    else if (leaderAt(first) !== leaderAt(row) && !contradicted.has(term)) {
      contradicted.add(term);
      const [one, other] = [leaderAt(first), leaderAt(row)].map((id) => describeValue(values.get(id)));
      findings.add(
        'two-leaders',
        [first, row],
        (earlier, later) =>
          `in term ${describeValue(sighting.term)} ${one} led, as ${asker(given(earlier))} was told, ` +
          `and ${other} led, as ${asker(given(later))} was told`,
      );
    }
  }
  return firstRow.size;
}

function asker(operation: Operation): string {
  return `process ${operation.invocation.process} (${reference(operation)})`;
}
