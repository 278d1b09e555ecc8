/**
 * Proxies in front of both models, in the simulator: every way of reading keeps what is claimed, what is not claimed
 * breaks, and each planted bug is found within a few seeds, of which the one that found it is clean without the bug.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Campaign, type Trial } from '../../../harness/sim/trial.ts';
import { proxy } from '../../../nodes/proxy/model.ts';

function campaign(flags: Partial<SimFlags>): Campaign {
  return campaignOf({ model: 'raft', timeLimit: 4, ...flags, set: ['proxy=on', ...(flags.set ?? [])] });
}

function firstFailure(what: Campaign, seeds: number): Trial | null {
  for (let seed = 1; seed <= seeds; seed++) {
    const trial = runTrial(what, seed);
    if (trial.kind !== null) return trial;
  }
  return null;
}

const failover = 'failover=highest-log';
const found: Readonly<
  Record<string, readonly (Partial<SimFlags> & { readonly kinds: readonly string[] })[]>
> = {
  'retries-unsafe': [
    { workload: 'append', kinds: ['linearizable'] },
    { model: 'leader-follower', workload: 'append', set: [failover], kinds: ['linearizable'] },
  ],
  'definite-error-after-send': [
    { profile: 'partition', kinds: ['linearizable'] },
    { model: 'leader-follower', profile: 'partition', kinds: ['linearizable'] },
  ],
  'stale-leader-cached': [
    { kinds: ['latest-leader'] },
    { model: 'leader-follower', set: [failover], kinds: ['latest-leader'] },
  ],
};

describe('proxies', () => {
  it('have bugs that are all looked for', () => {
    assert.deepEqual(Object.keys(found).sort(), proxy.bugs.map(({ name }) => name).sort());
  });

  for (const [bug, places] of Object.entries(found)) {
    for (const { kinds, ...flags } of places) {
      it(`in front of ${flags.model ?? 'raft'}: ${bug} is found, and its seed is clean without it`, () => {
        const failure = firstFailure(campaign({ ...flags, bug }), 20);
        assert(failure, 'not found within 20 seeds');
        assert(kinds.includes(failure.kind ?? ''), `${failure.kind}: ${failure.explanation}`);
        const clean = runTrial(campaign(flags), failure.seed);
        assert.equal(clean.kind, null, clean.explanation);
      });
    }
  }

  it('are found without a bug of theirs where there are none', () => {
    assert.throws(
      () => campaignOf({ model: 'raft', set: [], timeLimit: 4, bug: 'retries-unsafe' }),
      /proxy=on/,
    );
  });

  for (const [model, set] of [
    ['raft', 'reads=follower'],
    ['leader-follower', 'reads=any'],
  ] as const) {
    it(`with ${set} of ${model}: reads of followers as they are, judged as linearizable, are not`, () => {
      const flags = { model, set: [set], guarantee: 'linearizable' };
      assert.equal(firstFailure(campaign(flags), 10)?.kind, 'linearizable');
    });
  }

  for (const [model, ...set] of [
    ['raft', 'proxyReads=follower'],
    ['raft', 'proxyReads=follower', 'reads=lease'],
    ['raft', 'proxyReads=leader'],
    ['raft', 'proxyReads=quorum'],
    ['raft', 'reads=follower'],
    ['leader-follower', 'proxyReads=follower'],
    ['leader-follower', 'proxyReads=quorum', failover],
    ['leader-follower', 'proxyReads=leader', failover],
    ['leader-follower', 'proxyReads=quorum'],
  ]) {
    it(`keep what ${model} claims with ${set.join(', ')}`, () => {
      const failure = firstFailure(campaign({ ...(model && { model }), set }), 3);
      assert.equal(failure, null, failure?.explanation);
    });
  }
});
