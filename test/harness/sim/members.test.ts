/** Members that come and go at random: a correct raft stays clean, one that changes too much at once is found. */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { planTrial, profileOf, runTrial, simulatePlan, type Trial } from '../../../harness/sim/trial.ts';

const members: SimFlags = { model: 'raft', set: [], profile: 'members', timeLimit: 8 };

function trials(flags: Partial<SimFlags>, seeds: readonly number[]): readonly Trial[] {
  const campaign = campaignOf({ ...members, ...flags });
  return seeds.map((seed) => runTrial(campaign, seed));
}

describe('members that change at random', () => {
  const revealing = [2, 12];

  it('leave a correct raft clean', () => {
    for (const { kind, explanation } of trials({}, revealing)) assert.equal(kind, null, explanation);
  });

  it('find two changes at once', () => {
    const kinds = trials({ bug: 'two-changes-at-once' }, revealing).map(({ kind }) => kind);
    assert(
      kinds.some((kind) => kind === 'leader-completeness' || kind === 'election-safety'),
      kinds.join(),
    );
  });

  for (const reads of ['lease', 'leader', 'follower']) {
    it(`leave raft with reads=${reads} clean, also when disks are lost`, () => {
      const flags = { set: [`reads=${reads}`], faults: 'membership,rejoin-empty,partition', timeLimit: 4 };
      for (const { kind, explanation } of trials(flags, [1, 2])) assert.equal(kind, null, explanation);
    });
  }

  it('are confirmed by the cluster, and as many as at first when all is over', () => {
    const campaign = campaignOf(members);
    let [changes, losses] = [0, 0];
    for (const seed of [1, 2, 3]) {
      const plan = planTrial(campaign, seed);
      const events = simulatePlan(campaign, plan).history.filter(({ process }) => process === 'nemesis');
      const changed = events.filter(({ f }) => f === 'members-changed');
      const { members: last } = changed.at(-1)?.value as { members: readonly string[] };
      assert.equal(last.length, plan.config.nodes);
      changes += changed.length;
      losses += events.filter(({ f }) => f === 'start-rejoin-empty').length;
    }
    assert(changes >= 10 && losses >= 1, `${changes} changes, ${losses} disks lost`);
  });

  it('take turns only for models that can do that', () => {
    const turns = (model: string): Set<string> => {
      const campaign = campaignOf({ model, set: [], timeLimit: 3 });
      return new Set(Array.from({ length: 12 }, (_, seed) => profileOf(campaign, seed).name));
    };
    assert(turns('raft').has('members'));
    assert(!turns('quorum').has('members'));
  });
});
