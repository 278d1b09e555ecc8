import assert from 'node:assert/strict';
import { keyValueProfile, malformed, resultOf, toWire, type ApiProfile } from '../../harness/profile.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

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

  it('survives a round trip through JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(keyValueProfile)), keyValueProfile);
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
    for (const body of [null, 1, 'data', [], {}, { data: null }, { data: [] }, { data: {} }])
      assert.equal(resultOf(odd, read, body), malformed);
    assert.equal(resultOf(keyValueProfile, read, hostile), malformed);
  });

  it('names the operation that it does not know', () => {
    assert.throws(() => toWire(odd, { kind: 'delete', key: 'k' }), /odd has no delete/);
  });
});
