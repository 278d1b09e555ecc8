/** What only the disks remember: the fault `restart-all` finds a store that forgets, and leaves a correct one clean. */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Trial } from '../../../harness/sim/trial.ts';

function trials(flags: Partial<SimFlags>, seeds: readonly number[]): readonly Trial[] {
  const campaign = campaignOf({ model: 'raft', set: [], timeLimit: 3, faults: 'restart-all', ...flags });
  return seeds.map((seed) => runTrial(campaign, seed));
}

describe('restart-all in the simulator', () => {
  const seeds = [1, 2, 3];

  for (const model of ['raft', 'leader-follower', 'quorum', 'eventual', 'causal', 'crdt']) {
    it(`${model} goes on from its disks`, () => {
      for (const { kind, explanation } of trials({ model }, seeds)) assert.equal(kind, null, explanation);
    });
  }

  it('finds a log that is not on disk', () => {
    const kinds = trials({ bug: 'log-not-persisted' }, seeds).map(({ kind }) => kind);
    assert(kinds.some((kind) => kind !== null));
  });
});
