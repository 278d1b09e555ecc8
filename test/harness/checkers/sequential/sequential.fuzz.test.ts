import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import { findingsOf } from '../../../../harness/checkers/causal/findings.ts';
import { readsFromOf } from '../../../../harness/checkers/readsFrom.ts';
import { incoherences } from '../../../../harness/checkers/sequential/coherence.ts';
import { Search } from '../../../../harness/checkers/sequential/search.ts';
import { sequential } from '../../../../harness/checkers/sequential/sequential.ts';
import { specProblem } from '../../../../harness/checkers/sequential/specProblem.ts';
import { valueProblem } from '../../../../harness/checkers/sequential/valueProblem.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import { actsOf, isSequential, type Act } from '../causal/definitions.ts';
import { sessionHistories } from '../causal/randomSessions.ts';
import { agreesOn } from '../fuzz.ts';

const shape = { operationsMax: 7, processesMax: 4, keysMax: 2, openOneIn: 6, withCas: true };

function holds(history: readonly Op[]): boolean | 'unknown' {
  return sequential(casRegister).check(History.of(history), unlimited).valid;
}

/** Plays an order: each operation is there at most once, after those of its session before it, and sees what stands. */
function assertLegal(search: Search, history: History): void {
  const { problem } = search;
  const values = new Map<string, unknown>();
  const position = problem.sessionStart.slice(0, problem.sessionCount);
  for (const id of search.order) {
    const session = problem.session[id] ?? 0;
    assert.equal(position[session], id);
    position[session] = id + 1;
    const { invocation, completion } = history.operation(problem.row[id] ?? 0);
    const { f, key = '', value } = invocation;
    const stands = values.get(key) ?? null;
    if (f === 'read') assert.deepEqual(stands, completion?.value);
    else if (f === 'write') values.set(key, value);
    else {
      const [from, to] = value as unknown as readonly [unknown, unknown];
      assert.deepEqual(stands, from);
      values.set(key, to);
    }
  }
  for (const [session, at] of position.entries())
    for (let id = at; id < (problem.sessionStart[session + 1] ?? 0); id++)
      assert.equal(problem.isOptional[id], 1);
}

describe('sequential consistency agrees with its definition', () => {
  agreesOn('where values are written once', sessionHistories(shape), (history) => {
    assert.equal(holds(history), isSequential(actsOf(history)));
  });

  agreesOn('where values are written again', sessionHistories({ ...shape, withRepeats: true }), (history) => {
    assert.equal(holds(history), isSequential(actsOf(history)));
  });

  agreesOn('on each key alone, without a search', sessionHistories({ ...shape, openOneIn: 0 }), (history) => {
    const readsFrom = readsFromOf(History.of(history), casRegister, undefined);
    assert(readsFrom);
    const findings = findingsOf(readsFrom, unlimited);
    assert(findings);
    if (findings.isCyclic || readsFrom.thinAir.length > 0) return;
    const acts = actsOf(history);
    const keys = new Set(acts.map(({ key }) => key));
    const ofKey = (key: string): Act[] => acts.filter((act) => act.key === key);
    assert.equal(
      incoherences(readsFrom).length === 0,
      [...keys].every((key) => isSequential(ofKey(key))),
    );
  });

  agreesOn(
    'and the order that a search finds is one',
    sessionHistories({ ...shape, operationsMax: 12 }),
    (history) => {
      const columns = History.of(history);
      const bySpec = new Search(specProblem(columns, casRegister, undefined));
      bySpec.run(nodeBudget(100_000));
      if (bySpec.status === 'found') assertLegal(bySpec, columns);
      const readsFrom = readsFromOf(columns, casRegister, undefined);
      assert(readsFrom);
      const findings = findingsOf(readsFrom, unlimited);
      if (!findings?.isConvergent || findings.initial.length > 0 || readsFrom.thinAir.length > 0) return;
      const byValue = new Search(valueProblem(findings));
      byValue.run(unlimited);
      if (byValue.status === 'found') assertLegal(byValue, columns);
      assert.equal(byValue.status, bySpec.status);
    },
  );
});
