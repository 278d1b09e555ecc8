/**
 * The planted bugs in the simulator: each is found within a few seeds of the profile and the options that reveal it, and
 * the very run that found it is clean without it.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Trial } from '../../../harness/sim/trial.ts';
import { quorum } from '../../../nodes/quorum/model.ts';

interface Hunt {
  readonly bug: string;
  readonly profile: string;
  readonly set?: readonly string[];
  readonly nodes?: number;
  /** Where to begin: not many seeds later it is found. */
  readonly seed?: number;
  /** What finds it: an invariant, or the checker of a level. */
  readonly found: readonly string[];
}

const hunts: readonly Hunt[] = [
  { bug: 'ack-before-write', profile: 'crash', found: ['replica-forward', 'promise-kept', 'linearizable'] },
  { bug: 'hint-lost-on-crash', profile: 'crash', found: ['hints-durable'] },
  { bug: 'hint-overwrites-newer', profile: 'partition', found: ['replica-forward'] },
  { bug: 'hints-count-as-writes', profile: 'slow', found: ['promise-kept'] },
  { bug: 'no-write-back', profile: 'slow', seed: 7, found: ['promise-kept'] },
  { bug: 'no-timestamp-query', profile: 'partition', seed: 6, found: ['linearizable'] },
  { bug: 'quorum-of-live-nodes', profile: 'partition', found: ['promise-kept', 'linearizable'] },
  {
    bug: 'definite-error-after-write',
    profile: 'partition',
    seed: 5,
    found: ['linearizable', 'only-written'],
  },
  { bug: 'counts-same-replica-twice', profile: 'slow', found: ['promise-kept'] },
  {
    bug: 'last-range-skipped',
    profile: 'partition',
    set: ['handoff=off', 'readRepair=off', 'r=1', 'w=1'],
    nodes: 3,
    found: ['convergence'],
  },
];

const seedsMax = 40;

function run(flags: SimFlags, seed: number): Trial {
  return runTrial(campaignOf(flags), seed);
}

describe('planted bugs of quorum, in the simulator', () => {
  for (const { bug, profile, set = [], nodes, seed: first = 1, found } of hunts) {
    const flags: SimFlags = {
      model: 'quorum',
      set,
      profile,
      timeLimit: 8,
      ...(nodes !== undefined && { nodes }),
    };

    it(`${bug} is found, and nothing is without it`, () => {
      for (let seed = first; seed < first + seedsMax; seed++) {
        const { kind } = run({ ...flags, bug }, seed);
        if (kind === null) continue;
        assert(found.includes(kind), `seed ${seed} found it by ${kind}`);
        const { kind: without, explanation } = run(flags, seed);
        assert.equal(without, null, `seed ${seed}: ${explanation}`);
        return;
      }
      assert.fail(`none of ${seedsMax} seeds found it`);
    });
  }

  it('are all looked for', () => {
    assert.deepEqual(hunts.map(({ bug }) => bug).sort(), quorum.bugs.map(({ name }) => name).sort());
  });
});
