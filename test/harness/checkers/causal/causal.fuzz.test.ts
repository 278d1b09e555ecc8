import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { causal, type CausalLevel } from '../../../../harness/checkers/causal/causal.ts';
import { findingsOf, type Findings } from '../../../../harness/checkers/causal/findings.ts';
import { readsFromOf } from '../../../../harness/checkers/readsFrom.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import { agreesOn } from '../fuzz.ts';
import { actsOf, everyOrder, isCausal, isPram, leastOrder, type CausalOrders } from './definitions.ts';
import { sessionHistories, type SessionShape } from './randomSessions.ts';

const shape: SessionShape = {
  operationsMax: 7,
  processesMax: 4,
  keysMax: 2,
  openOneIn: 6,
  withCas: true,
};

function holds(level: CausalLevel, history: readonly Op[]): boolean | 'unknown' {
  return causal(level, casRegister).check(History.of(history), unlimited).valid;
}

function twin(level: CausalLevel, history: readonly Op[], orders: CausalOrders): boolean {
  const acts = actsOf(history);
  return level === 'pram' ? isPram(acts) : isCausal(level, acts, orders);
}

describe('causal levels agree with their definitions', () => {
  for (const level of ['cc', 'ccv', 'cm', 'pram'] as const)
    agreesOn(level, sessionHistories(shape), (history) => {
      assert.equal(holds(level, history), twin(level, history, leastOrder));
    });

  agreesOn(
    'and clocks in blocks find what whole clocks find',
    sessionHistories({ ...shape, operationsMax: 14, processesMax: 6 }),
    (history) => {
      const readsFrom = readsFromOf(History.of(history), casRegister, undefined);
      assert(readsFrom);
      const [whole, inBlocks] = [findingsOf(readsFrom, unlimited), findingsOf(readsFrom, unlimited, 1)];
      const outline = (findings: Findings | undefined): unknown => [
        findings?.isCyclic,
        findings?.isConvergent,
        findings?.initial.length,
        findings?.overwritten.length,
        findings?.conflicts.length,
      ];
      assert.deepEqual(outline(inBlocks), outline(whole));
    },
  );

  for (const level of ['cc', 'ccv', 'cm'] as const)
    agreesOn(
      `${level}, whatever the causal order`,
      sessionHistories({ ...shape, operationsMax: 4, openOneIn: 0, keysMax: 1 }),
      (history) => {
        assert.equal(holds(level, history), twin(level, history, everyOrder));
      },
      50,
    );
});
