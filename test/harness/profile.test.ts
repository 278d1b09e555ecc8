import assert from 'node:assert/strict';
import {
  contextsIn,
  malformed,
  resultOf,
  serviceOf,
  toWire,
  type ApiProfile,
} from '../../harness/profile.ts';
import { apiProfileOf, profiles } from '../../harness/profiles/index.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import type { Action } from '../../harness/workload.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { models } from '../../nodes/index.ts';
import { raft } from '../../nodes/raft/model.ts';

describe('the built-in API profile', () => {
  it('spells every operation as the table of the key–value models', () => {
    assert.deepEqual(toWire(keyValueProfile, { kind: 'read', key: 'a/b c' }), {
      method: 'GET',
      path: '/get/a%2Fb%20c',
    });
    assert.deepEqual(toWire(keyValueProfile, { kind: 'write', key: 'k', value: [1, null] }, '3/7'), {
      method: 'POST',
      path: '/put',
      requestId: '3/7',
      body: { key: 'k', value: [1, null] },
    });
    assert.deepEqual(toWire(keyValueProfile, { kind: 'cas', key: 'k', from: null, to: 2 }), {
      method: 'POST',
      path: '/cas',
      body: { key: 'k', from: null, to: 2 },
    });
    assert.deepEqual(toWire(keyValueProfile, { kind: 'delete', key: 'k' }).body, { key: 'k' });
    const txn = [['append', 'k', 1]];
    assert.deepEqual(toWire(keyValueProfile, { kind: 'txn', txn }).body, { txn });
  });

  it('spells what has no route of its own as a transaction', () => {
    const txnOf = (action: Action): Json | undefined =>
      (toWire(keyValueProfile, action).body as { readonly txn: Json } | undefined)?.txn;
    assert.deepEqual(txnOf({ kind: 'add', key: 's', element: [1] }), [['append', 's', [1]]]);
    assert.deepEqual(txnOf({ kind: 'increment', key: 'c', amount: -3 }), [['add', 'c', -3, -(2 ** 53) + 1]]);
    assert.deepEqual(txnOf({ kind: 'dequeue', key: 'q' }), [['pop', 'q', null]]);
    assert.deepEqual(txnOf({ kind: 'acquire', key: 'l', owner: 4 }), [
      ['cas', 'l', [null, 4]],
      ['add', 'l/token', 1, 0],
      ['r', 'l/token', null],
    ]);
    assert.deepEqual(txnOf({ kind: 'release', key: 'l', owner: 4 }), [['cas', 'l', [4, null]]]);
    assert.deepEqual(txnOf({ kind: 'transfer', from: 'a', to: 'b', amount: 5 }), [
      ['add', 'a', -5, 0],
      ['add', 'b', 5, 0],
    ]);
    assert.deepEqual(txnOf({ kind: 'balances', accounts: ['a', 'b'] }), [
      ['r', 'a', null],
      ['r', 'b', null],
    ]);
    assert.deepEqual(txnOf({ kind: 'sell', key: 'p', quantity: 2, region: 'sur' }), [['add', 'p', -2, 0]]);
    assert.deepEqual(toWire(keyValueProfile, { kind: 'leader' }), { method: 'GET', path: '/leader' });
  });

  it('spells the accounts of a bank as statements, and reads their rows', () => {
    const { sql } = profiles;
    const { body } = toWire(sql, { kind: 'open', accounts: ['a', 'b'], balance: 20 });
    const { statements } = body as { readonly statements: readonly { readonly params?: Json }[] };
    assert.deepEqual(
      statements.map(({ params }) => params),
      [undefined, ['a', 20], ['b', 20]],
    );
    const balances = (rows: Json): unknown =>
      resultOf(sql, { kind: 'balances', accounts: ['a', 'b'] }, { rows });
    assert.deepEqual(
      balances([
        ['a', 7],
        ['b', 33],
      ]),
      { a: 7, b: 33 },
    );
    assert.deepEqual(balances([['nobody', 0]]), { a: null, b: null, nobody: 0 }, 'an empty table');
    assert.equal(balances([]), malformed);
    const nameWith = (machine: string): string =>
      apiProfileOf(models.find(({ name }) => name === 'raft') ?? assert.fail(), { machine }).name;
    assert.deepEqual([nameWith('sql'), nameWith('kv')], ['sql', 'key-value']);
  });

  it('asks a quorum for the level that the model’s option says, if any', () => {
    const level = { ...profiles.quorum, options: { level: 'ONE' } };
    assert.equal(toWire(level, { kind: 'read', key: 'k' }).path, '/client_read/k?level=ONE');
    assert.equal(toWire(profiles.quorum, { kind: 'read', key: 'k' }).path, '/client_read/k');
    const write: Action = { kind: 'write', key: 'k', value: null };
    assert.deepEqual(toWire(level, write).body, { key: 'k', value: null, level: 'ONE' });
    assert.deepEqual(toWire(profiles.quorum, write).body, { key: 'k', value: null });
  });

  it('gives contexts back, in bodies and in queries, once there are some', () => {
    const contexts = { vector_clock: { 1: 2 }, session: 'a&b' };
    const read = toWire(keyValueProfile, { kind: 'read', key: 'k' }, undefined, contexts);
    assert.equal(read.path, '/get/k?session=a%26b');
    const write = toWire(keyValueProfile, { kind: 'write', key: 'k', value: 1 }, undefined, contexts);
    assert.deepEqual(write.body, { key: 'k', value: 1, vector_clock: { 1: 2 }, session: 'a&b' });
    assert.deepEqual(contextsIn(keyValueProfile, { value: 1, session: null, vector_clock: {} }), {
      vector_clock: {},
    });
  });

  it('every one survives a round trip through JSON', () => {
    for (const profile of Object.values(profiles))
      assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile);
  });

  it('of a model knows only what the model has routes for', () => {
    const { api, routes } = raft;
    const whole = apiProfileOf({ api, routes }, {});
    assert.deepEqual(Object.keys(whole.operations), Object.keys(keyValueProfile.operations));
    assert(whole.leader);
    const leaderless = apiProfileOf({ api, routes, leaderless: true }, {});
    assert(leaderless.leader === undefined && !serviceOf(leaderless).knows('leader'));
    const simple = routes.filter(({ path }) => path === '/get/:key' || path === '/put');
    const some = apiProfileOf({ api, routes: simple }, {});
    assert.deepEqual(Object.keys(some.operations).sort(), [
      'count',
      'elements',
      'leader',
      'read',
      'stock',
      'write',
    ]);
    assert.ok(serviceOf(some).knows('write') && !serviceOf(some).knows('cas'));
  });

  it('tells several objects of a kind apart, or has only one', () => {
    const [keyValue, crdt] = [serviceOf(keyValueProfile), serviceOf(profiles.crdt)];
    assert.ok(keyValue.hasKeys('increment') && keyValue.hasKeys('read') && crdt.hasKeys('sell'));
    assert.ok(!crdt.hasKeys('increment') && !crdt.hasKeys('count'));
  });

  it('does not fill in placeholders that a value brings along', () => {
    const { body } = toWire(keyValueProfile, { kind: 'write', key: '{value}', value: '{key}' });
    assert.deepEqual(body, { key: '{value}', value: '{key}' });
  });
});

describe('an API profile', () => {
  const odd: ApiProfile = {
    name: 'odd',
    operations: {
      read: { method: 'GET', path: '/items/{key}?level=ONE', result: 'data.items' },
      write: {
        method: 'POST',
        path: '/escribir',
        body: { '{key}': '{value}', note: 'v={value}', n: [1, '{key}'] },
      },
    },
  };

  it('has placeholders in keys, in longer strings and in lists', () => {
    assert.deepEqual(toWire(odd, { kind: 'write', key: 'k', value: 5 }).body, {
      k: 5,
      note: 'v=5',
      n: [1, 'k'],
    });
    assert.equal(toWire(odd, { kind: 'read', key: 'k' }).path, '/items/k?level=ONE');
  });

  it('finds a result deep in the answer, and calls everything else malformed', () => {
    const read = { kind: 'read', key: 'k' } as const;
    assert.deepEqual(resultOf(odd, read, { data: { items: [] } }), []);
    assert.equal(resultOf(odd, read, { data: { items: null } }), null);
    const hostile = JSON.parse('{"__proto__": {"value": 1}}') as Json;
    for (const body of [
      null,
      1,
      'data',
      [],
      {},
      { data: null },
      { data: [] },
      { data: {} },
      { data: 'items' },
    ])
      assert.equal(resultOf(odd, read, body), malformed);
    assert.equal(resultOf(keyValueProfile, read, hostile), malformed);
  });

  it('shows values that replicas did not decide between as such, and a single one as itself', () => {
    const read = { kind: 'read', key: 'k' } as const;
    const seen = (body: Json): unknown => resultOf(keyValueProfile, read, body);
    assert.deepEqual(seen({ key: 'k', values: [1, 2] }), { values: [1, 2] });
    assert.deepEqual(seen({ key: 'k', values: [[1]] }), [1]);
    assert.equal(seen({ key: 'k', values: [] }), null);
    assert.equal(seen({ key: 'k', values: 3 }), malformed);
    assert.equal(seen({ key: 'k', value: 3, values: [1, 2] }), 3);
  });

  it('names the operation that it does not know', () => {
    assert.throws(() => toWire(odd, { kind: 'delete', key: 'k' }), /odd has no delete/);
  });
});
