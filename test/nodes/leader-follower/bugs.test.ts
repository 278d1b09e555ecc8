/**
 * The planted bugs: each is found in the simulator within a few seeds, and the seed that found it is clean without it.
 * And what is not claimed breaks.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Campaign, type Trial } from '../../../harness/sim/trial.ts';
import { leaderFollower } from '../../../nodes/leader-follower/model.ts';

const failover = 'failover=highest-log';

function campaign(flags: Partial<SimFlags>): Campaign {
  return campaignOf({ model: 'leader-follower', set: [], timeLimit: 5, ...flags });
}

/** The first trial that fails, if one of the first `seeds` does. */
function firstFailure(what: Campaign, seeds: number): Trial | null {
  for (let seed = 1; seed <= seeds; seed++) {
    const trial = runTrial(what, seed);
    if (trial.kind !== null) return trial;
  }
  return null;
}

const found: Readonly<
  Record<string, { readonly flags: Partial<SimFlags>; readonly kinds: readonly string[] }>
> = {
  'no-fencing': { flags: { set: [failover] }, kinds: ['one-leader-per-epoch'] },
  'promise-not-persisted': { flags: { set: [failover], profile: 'crash' }, kinds: ['epochs-never-decrease'] },
  'ack-before-replication': { flags: { set: [failover] }, kinds: ['linearizable'] },
  'counts-same-follower-twice': {
    flags: { set: [failover], nodes: 5, profile: 'partition' },
    kinds: ['safe-entries-survive', 'safe-entries-agree', 'safe-entries-stay', 'crash', 'linearizable'],
  },
  'ack-received-not-persisted': {
    flags: { profile: 'crash' },
    kinds: ['durable-log', 'safe-entries-stay', 'crash'],
  },
  'rejoin-keeps-suffix': { flags: { set: [failover] }, kinds: ['log-matching', 'safe-entries-agree'] },
  'promotes-any-follower': {
    flags: { set: [failover], profile: 'leaders' },
    kinds: ['safe-entries-survive', 'safe-entries-agree'],
  },
  'gap-skipped': { flags: {}, kinds: ['log-matching', 'safe-entries-agree', 'safe-entries-stay'] },
  'snapshot-without-sessions': {
    flags: { workload: 'append', set: ['snapshotEntries=4'] },
    kinds: ['linearizable', 'applied-once'],
  },
  'statements-split': {
    flags: { set: ['machine=sql'], workload: 'bank', timeLimit: 2 },
    kinds: ['snapshot-isolation'],
  },
  'stale-leader-read': { flags: { set: [failover], profile: 'partition' }, kinds: ['linearizable'] },
  'shows-unconfirmed': {
    flags: { set: [failover, 'reads=any'] },
    kinds: ['monotonic-reads', 'writes-follow-reads'],
  },
  'follower-read-without-index': { flags: { set: ['proxy=on'] }, kinds: ['linearizable'] },
};

describe('the planted bugs of leader-follower', function () {
  this.timeout(120_000);

  before(() => leaderFollower.prepare?.({ machine: 'sql' }));

  it('are all looked for', () => {
    assert.deepEqual(Object.keys(found).sort(), leaderFollower.bugs.map(({ name }) => name).sort());
  });

  for (const [bug, { flags, kinds }] of Object.entries(found)) {
    it(`${bug} is found, and its seed is clean without it`, () => {
      const failure = firstFailure(campaign({ ...flags, bug }), 100);
      assert(failure, 'not found within 100 seeds');
      assert(kinds.includes(failure.kind ?? ''), `${failure.kind}: ${failure.explanation}`);
      const clean = runTrial(campaign(flags), failure.seed);
      assert.equal(clean.kind, null, clean.explanation);
    });
  }
});

describe('what leader-follower does not claim', function () {
  this.timeout(120_000);

  for (const [guarantee, flags] of [
    ['linearizable', { set: ['reads=any'] }],
    ['read-your-writes', { set: ['reads=any'] }],
    [
      'no-lost-writes',
      { set: [failover, 'ack=1'], nodes: 5, workload: 'append', profile: 'partition', timeLimit: 8 },
    ],
  ] as [string, Partial<SimFlags>][]) {
    it(`breaks: ${guarantee} with ${flags.set?.join(', ') ?? ''}`, () => {
      assert.equal(firstFailure(campaign({ ...flags, guarantee }), 10)?.kind, guarantee);
    });
  }

  it('loses what a leader that is gone for good had answered, where one confirmation was enough', () => {
    const flags = {
      nodes: 5,
      concurrency: 10,
      rate: 500,
      workload: 'append',
      guarantee: 'no-lost-writes',
      schedule: 'test/samples/leader-lost-for-good.json',
      profile: 'partition',
    };
    const lost = runTrial(campaign({ ...flags, set: [failover, 'ack=1'] }), 1);
    assert.equal(lost.kind, 'no-lost-writes');
    assert.match(lost.explanation, /was acknowledged, but after the last change/);
    const kept = runTrial(campaign({ ...flags, set: [failover, 'ack=majority'] }), 1);
    assert.equal(kept.kind, null, kept.explanation);
  });
});
