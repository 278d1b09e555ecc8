import assert from 'node:assert/strict';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { campaignOf, simReproLine, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { simProfiles } from '../../../harness/sim/profiles.ts';
import { Tally } from '../../../harness/sim/summary.ts';
import { planTrial, profileOf, runTrial, type Campaign, type Trial } from '../../../harness/sim/trial.ts';

const flags: SimFlags = { model: 'raft', set: [], timeLimit: 3 };
const campaign = campaignOf(flags);
const seeds = [1, 2, 3, 4, 5];

describe('a trial', () => {
  it('is the same for the same seed, in any order', () => {
    const once = seeds.map((seed) => runTrial(campaign, seed));
    const backwards = [...seeds].reverse().map((seed) => runTrial(campaign, seed));
    assert.deepEqual(backwards.reverse(), once);
    assert.equal(new Set(once.map(({ hash }) => hash)).size, seeds.length);
  });

  it('finds nothing wrong with a correct raft, in every profile', () => {
    for (const seed of seeds) {
      const { kind, explanation, unknown } = runTrial(campaign, seed);
      assert.deepEqual({ kind, explanation, unknown }, { kind: null, explanation: '', unknown: null });
    }
  });

  it('does as its repro line says: the profile of its turn, named, changes nothing', () => {
    for (const seed of seeds) {
      const profile = profileOf(campaign, seed).name;
      const alone = runTrial(campaignOf({ ...flags, profile }), seed);
      assert.equal(alone.hash, runTrial(campaign, seed).hash);
    }
  });

  for (const flaw of ['early-output', 'lossy-disk'] as const) {
    it(`finds what is lost when the host breaks its laws: ${flaw}`, () => {
      const crashes = campaignOf({ ...flags, profile: 'crash' });
      const kinds = Array.from({ length: 30 }, (_, at) => runTrial({ ...crashes, flaw }, at).kind);
      assert(kinds.some((kind) => kind !== null));
    });
  }

  describe('when disks are damaged', () => {
    const plan = (faults: string): Campaign =>
      campaignOf({ ...flags, faults, faultInterval: 0.5, profile: 'crash' });
    const kinds = (of: Campaign): (string | null)[] => [1, 2, 3, 4].map((seed) => runTrial(of, seed).kind);

    it('finds outputs that leave before they are durable', () => {
      assert(kinds({ ...plan('disk'), flaw: 'early-output' }).some((kind) => kind !== null));
    });

    it('finds a journal that reads on behind the damage, which no kill shows', () => {
      assert(kinds({ ...plan('disk'), flaw: 'reads-past-damage' }).some((kind) => kind !== null));
      assert.deepEqual(kinds({ ...plan('kill'), flaw: 'reads-past-damage' }), [null, null, null, null]);
    });

    it('finds nothing wrong with a correct host', () => {
      assert.deepEqual(kinds(plan('disk')), [null, null, null, null]);
    });
  });

  it('finds that the time of day orders nothing when clocks are wrong', () => {
    const plan = (timestamps: string): Campaign =>
      campaignOf({
        ...flags,
        model: 'quorum',
        set: [`timestamps=${timestamps}`],
        guarantee: 'linearizable',
        faults: 'clock',
        profile: 'partition',
      });
    const kinds = (of: Campaign): (string | null)[] => [2, 4, 5].map((seed) => runTrial(of, seed).kind);
    assert.deepEqual(kinds(plan('wall')), ['linearizable', 'linearizable', 'linearizable']);
    assert.deepEqual(kinds(plan('logical')), [null, null, null]);
  });

  it('finds a planted bug, and names what is violated', () => {
    const planted = campaignOf({ ...flags, bug: 'ack-before-commit', profile: 'partition', timeLimit: 8 });
    const failures = Array.from({ length: 10 }, (_, seed) => runTrial(planted, seed)).filter(
      ({ kind }) => kind !== null,
    );
    assert(failures.length > 0);
    for (const { explanation } of failures) assert.notEqual(explanation, '');
  });
});

describe('a plan', () => {
  it('every profile plans runs that differ, within its time limit', () => {
    for (const profile of simProfiles) {
      const plans = seeds.map((seed) => planTrial({ ...campaign, profile }, seed));
      assert(new Set(plans.map((plan) => JSON.stringify(plan.config.schedule))).size > 1, profile.name);
      for (const { config } of plans) {
        assert(config.schedule.length > 0, profile.name);
        for (const { atMs, durationMs } of config.schedule) assert(atMs + durationMs <= 3000 + 150);
        assert.equal(new Set(config.schedule.map(({ id }) => id)).size, config.schedule.length);
      }
    }
  });

  it('crashes are mostly shorter than an election, and sometimes hit all nodes at once', () => {
    const profile = simProfiles.find(({ name }) => name === 'crash') ?? null;
    const entries = seeds.flatMap((seed) => planTrial({ ...campaign, profile }, seed).config.schedule);
    const short = entries.filter(({ durationMs }) => durationMs <= 150);
    assert(short.length > entries.length / 2);
    assert(entries.some(({ params }) => params['target'] === 'all'));
  });

  it('takes what was given, and leaves the rest to the seed', () => {
    const given = campaignOf({
      ...flags,
      nodes: 4,
      rate: 7,
      concurrency: 2,
      faults: 'pause',
      set: ['heartbeatMs=33'],
    });
    for (const seed of seeds) {
      const { config } = planTrial(given, seed);
      assert.deepEqual(
        [config.nodes, config.rate, config.concurrency, config.faults, config.options['heartbeatMs']],
        [4, 7, 2, ['pause'], 33],
      );
      assert(config.schedule.every(({ fault }) => fault === 'pause'));
    }
    const drawn = new Set(seeds.map((seed) => planTrial(campaign, seed).config.nodes));
    assert(drawn.size > 1);
  });

  it('a character draws only from its own stream', () => {
    for (const profile of simProfiles)
      assert.deepEqual(profile.draw(createPrng(1)), profile.draw(createPrng(1)));
  });
});

describe('a repro line', () => {
  it('names everything that was given, and nothing else', () => {
    assert.equal(
      simReproLine({ ...flags, timeLimit: 8 }, { seed: 12, profile: 'crash' }),
      'npm run sim -- --model raft --seeds 1 --seed 12 --profile crash',
    );
    const line = simReproLine(
      { ...flags, nodes: 3, bug: 'ack-before-commit', set: ['reads=lease', 'checkQuorum=off'] },
      { seed: 1, profile: 'slow' },
    );
    assert.equal(
      line,
      'npm run sim -- --model raft --seeds 1 --seed 1 --profile slow --nodes 3 --time-limit 3 --set reads=lease --set checkQuorum=off --bug ack-before-commit',
    );
  });
});

describe('the tally', () => {
  const trial = (seed: number, more: Partial<Trial> = {}): Trial => ({
    seed,
    profile: 'swarm',
    kind: null,
    explanation: '',
    unknown: null,
    vacuous: false,
    operations: 10,
    hash: `hash of ${seed}`,
    probes: { elections: 1 },
    ...more,
  });
  const sum = (trials: readonly Trial[]): ReturnType<Tally['summary']> => {
    const tally = new Tally();
    for (const one of trials) tally.add(one);
    return tally.summary();
  };

  it('sums up the same whatever the order in which trials come', () => {
    const trials = [
      trial(1),
      trial(2, { kind: 'crash' }),
      trial(3, { vacuous: true }),
      trial(4, { unknown: 'why' }),
    ];
    assert.deepEqual(sum([...trials].reverse()), sum(trials));
    const { failures, unknown, vacuous, operations, probes, firstUnknown } = sum(trials);
    assert.deepEqual(
      [failures.length, unknown, vacuous, operations, probes, firstUnknown],
      [1, 1, 1, 40, { elections: 4 }, { seed: 4, reason: 'why' }],
    );
  });

  it('its hash covers every trace, and which seed it belongs to', () => {
    const { hash } = sum([trial(1), trial(2)]);
    assert.notEqual(sum([trial(1), trial(3)]).hash, hash);
    assert.notEqual(sum([trial(1), trial(2, { hash: 'another' })]).hash, hash);
  });
});
