/** What the model says of itself, and what its simulated clusters live through. */
import assert from 'node:assert/strict';
import { campaignOf } from '../../../harness/cli/simPlan.ts';
import { runTrial } from '../../../harness/sim/trial.ts';
import { causal } from '../../../nodes/causal/model.ts';
import { models } from '../../../nodes/index.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';

describe('the causal model', () => {
  it('claims causal convergence, for sessions that stay or for all', () => {
    for (const [sessions, expected] of [
      ['sticky', 'one-node'],
      ['roaming', 'roaming'],
    ] as const) {
      const claim = causal.claim({ ...defaultOptions(causal), sessions });
      assert.deepEqual(claim.guarantees, ['ccv', 'convergence', 'no-lost-writes']);
      assert.equal(claim.sessions, expected);
    }
  });

  it('says how soon nodes agree', () => {
    const settling = (syncInterval: number): unknown =>
      causal.claim({ ...defaultOptions(causal), syncInterval }).converges;
    assert.deepEqual(settling(100), { intervalMs: 500, deadlineMs: 10_000 });
    assert.deepEqual(settling(5000), { intervalMs: 5000, deadlineMs: 50_000 });
  });

  it('lets a simulation vary only what changes no claim', () => {
    for (const { name, vary = [] } of causal.options) {
      for (const value of vary) {
        const { guarantees, sessions } = causal.claim({ ...defaultOptions(causal), [name]: value });
        assert.deepEqual([guarantees.length, sessions], [3, 'one-node']);
      }
    }
  });

  it('is registered, and has no leader', () => {
    assert(models.some(({ name }) => name === 'causal'));
    const status = { applied: {}, lamport: 0, keys: 0, buffered: 0, waiting: 0, isFirst: true };
    assert.equal(causal.leader({ ...status, writes: [], changed: [] }), null);
  });
});

describe('clusters of causal', () => {
  it('keep what they claim in all profiles, and get into every kind of trouble', () => {
    const reached = new Set<string>();
    for (const sessions of ['sticky', 'roaming']) {
      for (const workload of ['register', 'session']) {
        for (let seed = 1; seed <= 10; seed++) {
          const flags = { model: 'causal', workload, set: [`sessions=${sessions}`], timeLimit: 8 };
          const { kind, explanation, unknown, probes } = runTrial(campaignOf(flags), seed);
          assert.deepEqual([kind, unknown], [null, null], `${sessions} ${workload} ${seed}: ${explanation}`);
          for (const probe of Object.keys(probes)) reached.add(probe);
        }
      }
    }
    const expected = [
      ...['write-buffered', 'writes-sent-again', 'write-lost-to-later', 'state-sent', 'state-joined'],
      ...['session-waits', 'session-refused', 'journal-compacted'],
    ];
    assert.deepEqual(
      expected.filter((probe) => !reached.has(probe)),
      [],
    );
  });
});
