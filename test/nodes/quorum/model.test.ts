/** What the model says of itself, and what its options become in a cluster of some size. */
import assert from 'node:assert/strict';
import { planRun } from '../../../harness/cli/runPlan.ts';
import { UsageError } from '../../../harness/exit.ts';
import { reproLine } from '../../../harness/repro.ts';
import { models } from '../../../nodes/index.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { defaultOptions, OptionsError } from '../../../nodes/kernel/options.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { quorum } from '../../../nodes/quorum/model.ts';
import { n1 } from './stepper.ts';

const sized = (given: OptionValues, nodes: number): OptionValues =>
  quorum.sized?.({ ...defaultOptions(quorum), ...given }, nodes) ?? {};
const claimed = (given: OptionValues, nodes = 3): readonly string[] =>
  quorum.claim(sized(given, nodes)).guarantees;

describe('what quorum claims', () => {
  it('linearizable for all quorums that meet, and for no others', () => {
    for (let n = 1; n <= 5; n++) {
      for (let r = 1; r <= n; r++) {
        for (let w = 1; w <= n; w++) {
          const expected = r + w > n ? ['linearizable'] : ['convergence'];
          assert.deepEqual(claimed({ n, r, w }, 5), expected, `n ${n}, r ${r}, w ${w}`);
        }
      }
    }
  });

  for (const [given, expected] of [
    [{}, ['linearizable']],
    [{ readRepair: 'async' }, ['regular', 'convergence']],
    [{ readRepair: 'off' }, ['regular', 'convergence']],
    [{ readRepair: 'off', handoff: 'off' }, ['regular', 'convergence']],
    [{ readRepair: 'off', handoff: 'off', antiEntropyInterval: 0 }, ['regular']],
    [{ timestamps: 'wall' }, ['convergence']],
    [{ sloppy: 'on' }, ['convergence']],
    [{ sloppy: 'on', handoff: 'off' }, []],
    [{ level: 'ONE' }, ['convergence']],
    [{ level: 'ALL', r: 1, w: 1 }, ['linearizable']],
    [{ r: 1, w: 1, handoff: 'off' }, ['convergence']],
    [{ r: 1, w: 1, handoff: 'off', antiEntropyInterval: 0 }, []],
  ] as [OptionValues, string[]][]) {
    it(`${expected.join(' and ') || 'nothing'} with ${JSON.stringify(given)}`, () => {
      assert.deepEqual(claimed(given), expected);
      assert(quorum.claim(sized(given, 3)).because.length > 40, 'and says why');
    });
  }

  it('level ONE is enough where a key has one replica', () => {
    assert.deepEqual(claimed({ n: 1, level: 'ONE' }), ['linearizable']);
  });

  it('says how soon replicas agree where reads may differ, and only there', () => {
    assert.equal(quorum.claim(sized({}, 3)).converges, undefined);
    const { converges } = quorum.claim(sized({ r: 1, w: 1, handoffInterval: 1000 }, 3));
    assert.deepEqual(converges, { intervalMs: 3000, deadlineMs: 30_000 });
  });

  it('knows nothing of quorums that are given as numbers before it knows the size of the cluster', () => {
    assert.deepEqual(quorum.claim(defaultOptions(quorum)).guarantees, ['linearizable']);
    assert.deepEqual(quorum.claim({ ...defaultOptions(quorum), r: 2, w: 2 }).guarantees, ['convergence']);
  });

  it('survives wrong clocks only where it does not look at them', () => {
    assert(quorum.survives(sized({}, 3)).includes('clock'));
    assert(!quorum.survives(sized({ timestamps: 'wall' }, 3)).includes('clock'));
  });

  it('lets a simulation vary only what changes no claim', () => {
    for (const base of [{}, { readRepair: 'off' }, { r: 1, w: 1 }] as OptionValues[]) {
      for (const { name, vary = [] } of quorum.options) {
        for (const value of vary) assert.deepEqual(claimed({ ...base, [name]: value }), claimed(base));
      }
    }
  });
});

describe('the options of quorum', () => {
  it('are all nodes, and majorities of them, unless they are given', () => {
    for (const [nodes, majority] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [5, 3],
    ] as const) {
      const { n, r, w } = sized({}, nodes);
      assert.deepEqual({ n, r, w }, { n: nodes, r: majority, w: majority });
    }
    const { n, r, w } = sized({ n: 3, w: 1 }, 5);
    assert.deepEqual({ n, r, w }, { n: 3, r: 2, w: 1 });
  });

  for (const [given, problem] of [
    [{ n: 4 }, /n is 4, but the cluster has 3 nodes/],
    [{ r: 4 }, /r is 4, but a key has 3 replicas/],
    [{ n: 2, w: 3 }, /w is 3, but a key has 2 replicas/],
    [{ r: 1.5 }, /"r" must be a whole number/],
  ] as [OptionValues, RegExp][]) {
    it(`refuses ${JSON.stringify(given)} for three nodes`, () => {
      assert.throws(
        () => sized(given, 3),
        (error) => error instanceof OptionsError && problem.test(error.message),
      );
    });
  }

  it('lists all that is wrong', () => {
    assert.throws(
      () => sized({ n: 2, r: 3, w: 3 }, 1),
      (error) => error instanceof OptionsError && error.problems.length === 3,
    );
  });
});

describe('a run of quorum', () => {
  const plan = (set: readonly string[], nodes?: number) =>
    planRun({
      model: 'quorum',
      set,
      concurrency: 10,
      timeLimit: 30,
      faultInterval: 5,
      network: 'links',
      seed: 1,
      ...(nodes !== undefined && { nodes }),
    });

  it('knows its sizes, from which the claim follows, and its repro line leaves out what follows from the nodes', () => {
    const { config, model } = plan([], 5);
    assert.deepEqual([config.options['n'], config.options['r'], config.options['w']], [5, 3, 3]);
    assert(!reproLine(config, model).includes('--set'));
    const loose = plan(['r=1', 'w=2']);
    assert.deepEqual(model.claim(loose.config.options).guarantees, ['convergence']);
    assert.match(reproLine(loose.config, model), / --set r=1 --seed 1$/);
  });

  it('is refused where its quorums cannot be, with the reason', () => {
    assert.throws(() => plan(['n=4']), {
      name: UsageError.name,
      message: /n is 4, but the cluster has 3 nodes/,
    });
  });
});

describe('the quorum model', () => {
  it('knows no bug but its own', () => {
    const init = { self: n1, peers: [], prng: createPrng(1), recovered: [], options: {} };
    assert.throws(() => quorum.create({ ...init, bug: 'no-such-bug' }), /no bug named no-such-bug/);
  });

  it('is registered', () => {
    assert(models.some(({ name }) => name === 'quorum'));
  });

  it('has no leader, so faults are aimed at any node', () => {
    assert.equal(quorum.leaderless, true);
    assert.equal(quorum.leader({ incarnation: 1, keys: 0, hints: 0, coordinating: 0, changes: [] }), null);
  });
});
