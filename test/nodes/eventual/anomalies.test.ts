/**
 * What eventual does not claim breaks, under the name of what broke; what it keeps for clients that stay at one node,
 * without claiming it, is kept.
 */
import assert from 'node:assert/strict';
import { runTrial, type Campaign } from '../../../harness/sim/trial.ts';
import { eventual } from '../../../nodes/eventual/model.ts';
import type { Guarantee, NodeModel } from '../../../nodes/kernel/model.ts';
import { workloadNamed } from '../../../workloads/index.ts';

const model = eventual as unknown as NodeModel;

function campaignOf(workload: string, more: Partial<Campaign>): Campaign {
  const found = workloadNamed(workload);
  assert(found !== undefined);
  return {
    model,
    workload: found,
    profile: null,
    nodes: null,
    concurrency: null,
    rate: 'drawn',
    timeLimitSeconds: 6,
    faults: null,
    faultIntervalSeconds: null,
    options: {},
    guarantee: null,
    bug: null,
    ...more,
  };
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('what eventual does not claim', () => {
  for (const [workload, guarantee, explained] of [
    ['register', 'linearizable', /read of k\d+ by process \d+/],
    ['session', 'monotonic-reads', /process \d+ .*then read \d+ of x\d+/],
    ['session', 'read-your-writes', /process \d+ wrote \d+ to x\d+ .*, then read/],
    ['inventory', 'never-oversold', /p\d+/],
  ] as [string, Guarantee, RegExp][]) {
    it(`${guarantee} is refuted on ${workload}, within ten seeds`, () => {
      const campaign = campaignOf(workload, { guarantee });
      let explanation = 'not found';
      seeds.some((seed) => {
        const trial = runTrial(campaign, seed);
        if (trial.kind === guarantee) explanation = trial.explanation;
        return trial.kind === guarantee;
      });
      assert.match(explanation, explained);
    });
  }

  it('is kept all the same, as far as it can be, for clients that stay at one node', () => {
    const sticky: NodeModel = {
      ...model,
      claim: (options) => ({
        ...model.claim(options),
        guarantees: ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
        sessions: 'one-node',
      }),
    };
    for (const sync of ['full', 'digest']) {
      const campaign = campaignOf('session', { model: sticky, options: { sync } });
      for (const seed of seeds.slice(0, 5)) {
        const { kind, explanation } = runTrial(campaign, seed);
        assert.equal(kind, null, `seed ${seed}: ${explanation}`);
      }
    }
  });
});
