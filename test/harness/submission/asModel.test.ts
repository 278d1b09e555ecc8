import assert from 'node:assert/strict';
import { reproLine } from '../../../harness/repro.ts';
import { meaningOf } from '../../../harness/meaning.ts';
import { serviceOf, toWire } from '../../../harness/profile.ts';
import {
  modelOf,
  possibleFaults,
  profileOf,
  submissionWarnings,
} from '../../../harness/submission/asModel.ts';
import type { Manifest } from '../../../harness/submission/manifest.ts';
import { models } from '../../../nodes/index.ts';
import type { NodeModel, OptionValues } from '../../../nodes/kernel/model.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';
import { counter } from '../../../workloads/counter.ts';
import { simulateGenerator } from '../generator/simulate.ts';

function named(name: string): NodeModel {
  const model = models.find((each) => each.name === name);
  assert.ok(model);
  return model;
}
const manifestOf = (model: string, more: Partial<Manifest> = {}): Manifest => ({
  name: 'team-7',
  model,
  run: ['./node', '{port}', '{peerPorts}'],
  ...more,
});
const submitted = (model: string, more: Partial<Manifest> = {}): NodeModel =>
  modelOf(manifestOf(model, more), named(model));
const optionsOf = (model: NodeModel): OptionValues => defaultOptions(model);

describe('a submission as a model', () => {
  it('has the defaults of the exercise, and what it states goes first', () => {
    assert.equal(optionsOf(submitted('eventual'))['syncInterval'], 5000);
    assert.equal(
      optionsOf(submitted('eventual', { options: { syncInterval: '700ms' } }))['syncInterval'],
      700,
    );
    assert.equal(submitted('raft').nodesDefault, 3);
    assert.equal(submitted('raft', { nodes: 5 }).nodesDefault, 5);
  });

  it('is held to what clients have seen where they can say it, and only there', () => {
    const isHeld = (more: Partial<Manifest>): boolean => {
      const model = submitted('eventual', { options: { resolve: 'siblings' }, ...more });
      return model.claim(optionsOf(model)).siblings === true;
    };
    assert.equal(isHeld({}), true);
    const write = { body: { key: '{key}', value: '{value}' } };
    assert.equal(isHeld({ api: { operations: { write } } }), false);
  });

  it('of a quorum claims a regular register where quorums meet, more with read repair, and less where they do not', () => {
    const claimOf = (options: OptionValues): readonly string[] => {
      const model = submitted('quorum', { options });
      return model.claim(model.sized?.(optionsOf(model), 3) ?? {}).guarantees;
    };
    assert.deepEqual(claimOf({}), ['regular']);
    assert.deepEqual(claimOf({ n: 3, r: 2, w: 2 }), ['regular']);
    assert.deepEqual(claimOf({ readRepair: 'sync' }), ['linearizable']);
    assert.deepEqual(claimOf({ r: 1, w: 1 }), []);
    assert.deepEqual(claimOf({ r: 1, w: 1, handoff: 'on' }), ['convergence']);
  });

  it('is subjected only to what can be done to it', () => {
    const survives = (more: Partial<Manifest>, model = 'eventual'): readonly string[] => {
      const it = submitted(model, more);
      return it.survives(optionsOf(it));
    };
    assert.ok(['partition', 'kill', 'pause'].every((fault) => survives({}).includes(fault)));
    assert.ok(!possibleFaults(manifestOf('eventual')).includes('disk'));
    assert.ok(survives({}).includes('clock'));
    assert.ok(!survives({}, 'quorum').includes('clock'), 'who orders by the time of day claims no more');
    assert.ok(survives({ options: { timestamps: 'logical' } }, 'quorum').includes('clock'));
    assert.ok(!survives({ options: { timestamps: 'wall' } }, 'quorum').includes('clock'));
    for (const model of ['eventual', 'crdt', 'quorum']) {
      const undying = survives({ durable: false }, model);
      assert.ok(undying.includes('partition'));
      assert.deepEqual(
        undying.filter((fault) => ['kill', 'stop', 'restart-all'].includes(fault)),
        [],
      );
    }
    assert.ok(!survives({ run: ['./node', '{port}'] }).includes('partition'));
    assert.ok(survives({ run: ['./node'], env: { PEERS: '{peers}' } }).includes('partition'));
  });

  it('is not asked to take from a counter that only grows: not every program refuses that', () => {
    const leastAmount = (type: string): number => {
      const base = named('crdt');
      const options = { ...optionsOf(base), type };
      const service = serviceOf(profileOf(manifestOf('crdt'), base, options));
      const generator = counter.generator({ nodes: 3, concurrency: 4, service });
      const { invocations } = simulateGenerator(generator, { operationsMax: 300 });
      return Math.min(...invocations.map(({ value }) => Number(value)));
    };
    assert.equal(leastAmount('g-counter'), 0, 'reads have none');
    assert.ok(leastAmount('pn-counter') < 0);
  });

  it('has nothing that only our nodes have', () => {
    for (const model of ['raft', 'leader-follower']) {
      const { membership, front } = submitted(model);
      assert.deepEqual({ membership, front }, { membership: undefined, front: undefined });
    }
    const proxied = submitted('raft', { proxy: { count: 2, run: ['./proxy'] } });
    assert.equal(proxied.front?.of(optionsOf(proxied))?.count, 2);
  });

  it('warns of what no run of it can show', () => {
    assert.deepEqual(submissionWarnings(manifestOf('eventual'), ['kill']), []);
    assert.match(
      submissionWarnings(manifestOf('eventual', { durable: false }), ['kill'])[0] ?? '',
      /durable: false/,
    );
    assert.match(
      submissionWarnings(manifestOf('eventual', { run: ['./node'] }), [])[0] ?? '',
      /faults of processes/,
    );
  });

  it('has a line that repeats the run, which leaves out what the submission says itself', () => {
    const model = submitted('eventual', { options: { syncInterval: 700 } });
    const config = {
      version: 1 as const,
      model: 'eventual',
      workload: 'register',
      nodes: 3,
      concurrency: 10,
      rate: 500,
      timeLimitSeconds: 30,
      faults: ['partition', 'kill', 'pause'],
      faultIntervalSeconds: 5,
      seed: 7,
      network: 'links' as const,
      options: { ...optionsOf(model), resolve: 'siblings' },
      guarantee: null,
      bug: null,
      schedule: [],
      submission: { folder: '/courses/a b/team', manifest: manifestOf('eventual') },
    };
    assert.equal(
      reproLine(config, model),
      "npm run jepsen -- --submission '/courses/a b/team' --set resolve=siblings --seed 7",
    );
  });
});

describe('the API of a submission', () => {
  const api = {
    operations: {
      read: { path: '/v1/{key}', result: 'data.value', siblings: null },
      write: {
        method: 'PUT',
        path: '/v1/{key}',
        body: { '{key}': '{value}' },
        statuses: { ok: [201], info: [400] },
      },
      cas: null,
    },
    leader: null,
  } as const;
  const profile = profileOf(manifestOf('raft', { api }), named('raft'), {});

  it('is that of its model, operation by operation and part by part', () => {
    assert.equal(profile.operations.cas, undefined);
    assert.equal(profile.leader, undefined);
    assert.deepEqual(toWire(profile, { kind: 'read', key: 'a' }), { method: 'GET', path: '/v1/a' });
    assert.deepEqual(toWire(profile, { kind: 'write', key: 'a', value: 1 }), {
      method: 'PUT',
      path: '/v1/a',
      body: { a: 1 },
    });
    assert.equal(profile.operations.read?.siblings, undefined);
    assert.equal(profile.operations.txn?.path, '/txn');
  });

  it('says what its statuses mean; the others mean what they mean everywhere', () => {
    const write = { kind: 'write', key: 'a', value: 1 } as const;
    const meaning = (status: number): string =>
      meaningOf(profile, write, { kind: 'answer', status, body: {} }).kind;
    assert.equal(meaning(200), 'ok');
    assert.equal(meaning(201), 'ok');
    assert.equal(meaning(400), 'unclear');
    assert.equal(meaning(403), 'refused');
    assert.equal(meaning(500), 'unclear');
    const read = meaningOf(
      profile,
      { kind: 'read', key: 'a' },
      {
        kind: 'answer',
        status: 200,
        body: { data: { value: 3 } },
      },
    );
    assert.deepEqual(read, { kind: 'ok', result: 3 });
  });
});
