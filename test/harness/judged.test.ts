import assert from 'node:assert/strict';
import { planRun } from '../../harness/cli/runPlan.ts';
import { UsageError } from '../../harness/exit.ts';
import { judgedOf, roamingWarnings, seesNothing, sessionsFor, settlingFor } from '../../harness/judged.ts';
import { models } from '../../nodes/index.ts';
import type { Claim, NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import { defaultOptions } from '../../nodes/kernel/options.ts';
import { workloads } from '../../workloads/index.ts';

const sticky = { guarantees: ['ccv'], sessions: 'one-node' } satisfies Partial<Claim>;
const anywhere = { guarantees: ['linearizable'] } satisfies Partial<Claim>;

describe('clients while a claim is judged', () => {
  it('stay if the claim is made for those that stay, and it or what follows from it is judged', () => {
    assert.equal(sessionsFor(sticky, null), 'one-node');
    assert.equal(sessionsFor(sticky, 'read-your-writes'), 'one-node');
    assert.deepEqual(roamingWarnings(sticky, null), []);
    assert.deepEqual(roamingWarnings(sticky, 'ccv'), []);
  });

  it('roam while more is judged than is claimed, and the results say what that means for the claim', () => {
    assert.equal(sessionsFor(sticky, 'linearizable'), 'roaming');
    assert.match(
      roamingWarnings(sticky, 'linearizable').join(),
      /^linearizable is more than is claimed.*ccv/,
    );
  });

  it('roam without a word where the claim is made for all', () => {
    assert.equal(sessionsFor(anywhere, 'strict-serializable'), 'roaming');
    assert.deepEqual(roamingWarnings(anywhere, 'strict-serializable'), []);
  });
});

describe('the final reads', () => {
  it('go on until all nodes agree where a claim says how soon, or where somebody asks whether they do', () => {
    const converges = { intervalMs: 100, deadlineMs: 1000 };
    assert.equal(settlingFor({ converges }, null), converges);
    assert.equal(settlingFor({ converges }, 'linearizable'), converges);
    assert.equal(settlingFor({}, null), undefined);
    assert.equal(settlingFor({}, 'linearizable'), undefined);
    assert.notEqual(settlingFor({}, 'convergence'), undefined);
  });
});

describe('what a workload shows of a claim', () => {
  /** What decides where a model serves this workload with these options: levels, and checkers that stand for one. */
  function decides(name: string, options: OptionValues, workloadName: string): readonly string[] {
    const model = models.find((one) => one.name === name);
    const workload = workloads.find((one) => one.name === workloadName);
    assert(model !== undefined && workload !== undefined);
    const claim = claimOf(model, options);
    if (seesNothing(workload, claim)) return [];
    const { levels, entailed } = judgedOf(workload, claim, null);
    return [...levels, ...entailed.map((checker) => checker.name)];
  }

  function claimOf(model: NodeModel, options: OptionValues): Claim {
    const values = { ...defaultOptions(model), ...options };
    return model.claim(model.sized?.(values, model.nodesDefault) ?? values);
  }

  it('is something wherever a log loses nothing, whoever answers reads', () => {
    for (const [name, options] of [
      ['raft', { reads: 'follower' }],
      ['raft', { reads: 'leader' }],
      ['raft', { reads: 'follower', proxy: 'on' }],
      ['leader-follower', { reads: 'any' }],
      ['leader-follower', { reads: 'any', proxy: 'on' }],
    ] as const) {
      const model = models.find((one) => one.name === name);
      for (const workload of workloads.filter((one) => model?.workloads.includes(one.name)))
        assert(!seesNothing(workload, claimOf(model as NodeModel, options)), `${name}, ${workload.name}`);
    }
    assert.deepEqual(decides('raft', { reads: 'follower' }, 'list-append'), ['serializable']);
    assert.deepEqual(decides('raft', { reads: 'follower' }, 'bank'), ['snapshot-isolation']);
    assert.deepEqual(decides('raft', { reads: 'follower' }, 'queue'), ['no-lost-writes']);
    assert.deepEqual(decides('raft', { reads: 'follower' }, 'lock'), ['mutual-exclusion', 'fencing-tokens']);
    assert.deepEqual(decides('raft', {}, 'bank'), ['snapshot-isolation', 'bank']);
  });

  it('is nothing where transactions may be lost, and only agreement is claimed', () => {
    const lossy = { reads: 'any', failover: 'highest-log', ack: 'none' };
    assert.deepEqual(decides('leader-follower', lossy, 'list-append'), []);
    assert.deepEqual(decides('leader-follower', lossy, 'set'), ['convergence']);
  });

  it('is that nothing stands beside what replaced it only where values stand side by side', () => {
    for (const workload of ['register', 'session'])
      for (const resolve of ['siblings', 'lww'])
        assert.equal(
          decides('eventual', { resolve }, workload).includes('only-concurrent'),
          resolve === 'siblings',
        );
    assert(decides('crdt', { type: 'mv-register' }, 'register').includes('only-concurrent'));
    assert(!decides('crdt', { type: 'lww-register' }, 'register').includes('only-concurrent'));
  });

  it('is what a replica has acknowledged itself only where that is claimed: a node of a log may be behind', () => {
    assert(decides('crdt', { type: 'g-counter' }, 'counter').includes('replica-counter-bounds'));
    assert.deepEqual(decides('raft', { reads: 'follower' }, 'counter'), ['no-lost-writes']);
    assert(
      !decides('raft', { reads: 'follower', proxy: 'on' }, 'counter').includes('replica-counter-bounds'),
    );
  });

  it('is asked for before a run begins', () => {
    const flags = { model: 'leader-follower', set: ['reads=any', 'failover=highest-log', 'ack=none'] };
    const plan = { ...flags, workload: 'bank', concurrency: 1, timeLimit: 1, faultInterval: 1 };
    assert.throws(() => planRun({ ...plan, network: 'links' }), {
      name: UsageError.name,
      message:
        /claims convergence, and the workload bank shows nothing of that; .*--guarantee snapshot-isolation/,
    });
    assert.equal(
      planRun({ ...plan, network: 'links', guarantee: 'snapshot-isolation' }).workload.name,
      'bank',
    );
  });
});
