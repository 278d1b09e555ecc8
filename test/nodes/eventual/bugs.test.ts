/** The planted bugs are found in the simulator, each within a few seeds; without them the same seeds are clean. */
import assert from 'node:assert/strict';
import { campaignOf } from '../../../harness/cli/simPlan.ts';
import { runTrial } from '../../../harness/sim/trial.ts';
import { bugSpecs, rulesOf } from '../../../nodes/eventual/bugs.ts';
import { Turmoil } from './turmoil.ts';

const seedsMax = 40;
const seeds = Array.from({ length: seedsMax }, (_, at) => at + 1);
/** Of those that are to stay clean, that many: what is found at all is found among these. */
const cleanSeeds = seeds.slice(0, 16);

describe('planted bugs of eventual', () => {
  for (const { name } of bugSpecs) {
    it(`${name} is found`, () => {
      const found = seeds.find((seed) => new Turmoil(seed, { bug: name }).run().length > 0);
      assert(found !== undefined, `not within ${seedsMax} seeds`);
    });
  }

  for (const { bug, workload, set, checker } of [
    {
      bug: 'put-ignores-context',
      workload: 'session',
      set: ['resolve=siblings'],
      checker: 'only-concurrent',
    },
    { bug: 'tombstone-dropped', workload: 'deletion', set: [], checker: 'no-lost-writes' },
  ])
    it(`${bug} is found by clients of the workload ${workload}, which is clean without it`, () => {
      const flags = { model: 'eventual', set, workload, timeLimit: 4, profile: 'partition' };
      const campaign = campaignOf({ ...flags, bug });
      const byClients = { ...campaign, model: { ...campaign.model, invariants: [] } };
      const found = seeds.find((seed) => runTrial(byClients, seed).kind === checker);
      assert(found !== undefined, `not within ${seedsMax} seeds`);
      const clean = runTrial(campaignOf(flags), found);
      assert.deepEqual([clean.kind, clean.unknown], [null, null], clean.explanation);
    });

  it('are not there without being asked for', () => {
    assert.throws(() => rulesOf('no-such-bug'), /eventual has no bug named no-such-bug/);
  });
});

describe('a cluster of eventual in turmoil', () => {
  it('agrees, forgets nothing and never goes back; siblings meet, journals shrink, pushes fail, differences are sent', () => {
    const reached = new Set<string>();
    for (const seed of cleanSeeds) {
      const turmoil = new Turmoil(seed);
      assert.deepEqual(turmoil.run(), [], `seed ${seed}`);
      for (const probe of turmoil.probes.keys()) reached.add(probe);
    }
    for (const probe of ['siblings-met', 'journal-compacted', 'sync-failed', 'differences-sent'])
      assert(reached.has(probe), probe);
  });

  it('does so though programs of others meddle', () => {
    for (const seed of cleanSeeds)
      assert.deepEqual(new Turmoil(seed, { strangers: true }).run(), [], `seed ${seed}`);
  });
});
