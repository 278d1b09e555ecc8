/**
 * The planted bugs: each does harm in a run small enough to follow by hand, and the same run without it is clean. Harm
 * is a broken invariant, or a wrong answer to a client.
 */
import assert from 'node:assert/strict';
import { raft } from '../../../nodes/raft/model.ts';
import { clientScenarios } from './bugs/clients.ts';
import { logScenarios } from './bugs/log.ts';
import { readScenarios } from './bugs/reads.ts';
import { Stepper } from './stepper.ts';

/** In the order in which the model lists its bugs. */
const scenarios = [...logScenarios, ...clientScenarios, ...readScenarios];

describe('raft bugs', () => {
  before(() => raft.prepare?.({ machine: 'sql' }));

  for (const { bug, size = 3, play, ...setup } of scenarios) {
    const doesHarm = (planted: string | null): boolean => {
      const { options = {}, joining = 0 } = setup;
      const cluster = new Stepper(size, { options, joining, ...(planted !== null && { bug: planted }) });
      let isWrong: boolean | undefined;
      try {
        isWrong = play(cluster);
      } catch (error) {
        // With a bug, a script may not get as far as it means to.
        if (planted === null || cluster.violations.length === 0) throw error;
      }
      return isWrong === true || cluster.violations.length > 0;
    };
    it(`${bug} does harm, and the correct rules do not`, () => {
      assert.equal(doesHarm(null), false, 'without the bug');
      assert.equal(doesHarm(bug), true, 'with the bug');
    });
  }

  it('all have a run that shows them', () => {
    assert.deepEqual(
      raft.bugs.map(({ name }) => name),
      scenarios.map(({ bug }) => bug),
    );
  });
});
