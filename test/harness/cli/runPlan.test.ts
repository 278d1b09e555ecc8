/** What a run injects and runs: the usual faults, or those that somebody names; workloads that the options allow. */
import assert from 'node:assert/strict';
import { planRun, type PlanFlags } from '../../../harness/cli/runPlan.ts';
import { runDefaults } from '../../../harness/repro.ts';

const flags: PlanFlags = {
  model: 'quorum',
  set: [],
  network: 'links',
  seed: 1,
  timeLimit: runDefaults.timeLimitSeconds,
  faultInterval: runDefaults.faultIntervalSeconds,
  concurrency: runDefaults.concurrency,
};

const faultsOf = (more: Partial<PlanFlags>): readonly string[] =>
  planRun({ ...flags, ...more }).config.faults;

describe('the faults of a run', () => {
  it('are the usual ones, unless somebody chooses', () => {
    assert.deepEqual(faultsOf({}), ['partition', 'kill', 'pause']);
    assert.deepEqual(faultsOf({ model: 'crdt', set: ['durable=off'] }), ['partition', 'pause']);
    assert.deepEqual(faultsOf({ faults: 'none' }), []);
  });

  it('are all that the model survives with these options', () => {
    const survived = ['partition', 'kill', 'pause', 'stop', 'restart-all', 'slow', 'flaky', 'clock', 'disk'];
    assert.deepEqual(faultsOf({ faults: 'all' }), survived);
    assert.deepEqual(
      faultsOf({ faults: 'all', set: ['timestamps=wall'] }),
      survived.filter((fault) => fault !== 'clock'),
    );
    assert(faultsOf({ faults: 'all', model: 'raft' }).includes('membership'));
  });

  it('may be more than the model survives, if somebody names them', () => {
    assert.deepEqual(faultsOf({ faults: 'clock, disk,clock', set: ['timestamps=wall'] }), ['clock', 'disk']);
    assert.throws(() => faultsOf({ faults: 'clocks' }), /clock/);
  });

  it('are refused where they need members that can be changed, and there are none', () => {
    const changing = { faults: 'kill,membership,rejoin-empty' };
    assert.throws(
      () => faultsOf(changing),
      /membership, rejoin-empty cannot be injected: the members of quorum are the same/,
    );
    assert.throws(
      () => faultsOf({ ...changing, model: 'raft', set: ['proxy=on'] }),
      /behind proxies members/,
    );
    assert.equal(faultsOf({ ...changing, model: 'raft' }).length, 3);
  });
});

describe('a workload that the model does not serve with these options', () => {
  it('is refused with the options that stand in the way', () => {
    const refused = (more: Partial<PlanFlags>, message: RegExp): void =>
      assert.throws(() => planRun({ ...flags, ...more }), message);
    refused(
      { model: 'raft', set: ['machine=sql', 'transport=grpc'] },
      /register needs read and write; raft with machine=sql transport=grpc does not do that, but with machine=kv, or with transport=http it does$/,
    );
    refused(
      { model: 'crdt', set: ['type=g-set', 'transport=grpc'], workload: 'counter' },
      /crdt with type=g-set transport=grpc does not do that$/,
    );
  });
});
