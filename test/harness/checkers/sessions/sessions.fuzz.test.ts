import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { sessionGuarantee } from '../../../../harness/checkers/sessions/sessionGuarantee.ts';
import { History } from '../../../../harness/columns/history.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import { actsOf } from '../causal/definitions.ts';
import { sessionHistories } from '../causal/randomSessions.ts';
import { agreesOn } from '../fuzz.ts';
import { keeps } from './definitions.ts';

const shape = { operationsMax: 12, processesMax: 4, keysMax: 3, openOneIn: 8, withCas: true };

describe('session guarantees agree with their definitions', () => {
  for (const level of [
    'read-your-writes',
    'monotonic-reads',
    'monotonic-writes',
    'writes-follow-reads',
  ] as const)
    agreesOn(level, sessionHistories(shape), (history) => {
      const { valid } = sessionGuarantee(level, casRegister).check(History.of(history), unlimited);
      assert.equal(valid, keeps(level, actsOf(history)));
    });
});
