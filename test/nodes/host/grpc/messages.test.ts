import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fieldsOf, messageOf, NotJson, type Fields } from '../../../../nodes/host/grpc/messages.ts';
import { loadService } from '../../../../nodes/host/kvProto.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

const { Write, Txn, Leader, Read } = loadService();
const viaBytes = (method: typeof Write, fields: Fields): Fields =>
  fieldsOf(method.requestDeserialize(method.requestSerialize(messageOf(fields))));
const answered = (method: typeof Write, fields: Fields): Fields =>
  fieldsOf(method.responseDeserialize(method.responseSerialize(messageOf(fields))));

const text = fc.string({ unit: 'binary', minLength: 1 });
/** What is the same after it was written as JSON: -0 is not. */
const value = fc.jsonValue().map((any) => JSON.parse(JSON.stringify(any)) as Json);

describe('messages of kv.proto', () => {
  it('say the same after a way over the wire', () => {
    fc.assert(
      fc.property(text, value, text, (key, value, session) => {
        const fields = { key, value, session };
        assert.deepEqual(viaBytes(Write, fields), fields);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('hold transactions as clients write them', () => {
    const micro = fc.oneof(
      text.map((key): Json => ['r', key, null]),
      fc.tuple(text, value).map(([key, item]): Json => ['append', key, item]),
      fc.tuple(text, fc.integer()).map(([key, delta]): Json => ['add', key, delta, 0]),
    );
    fc.assert(
      fc.property(fc.array(micro), (txn) => {
        assert.deepEqual(viaBytes(Txn, { txn }), { txn });
        assert.deepEqual(answered(Txn, { txn }), { txn });
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('have a micro-operation without arguments stand for one with null', () => {
    assert.deepEqual(fieldsOf({ txn: [{ kind: 'r', key: 'k', arguments: [] }] }), {
      txn: [['r', 'k', null]],
    });
  });

  it('tell a null that was written from a field that is empty', () => {
    assert.deepEqual(viaBytes(Write, { key: 'k', value: null }), { key: 'k', value: null });
    assert.deepEqual(viaBytes(Write, { key: 'k' }), { key: 'k' });
    assert.deepEqual(answered(Read, {}), {});
  });

  it('name nobody where nobody leads', () => {
    assert.deepEqual(answered(Leader, { leader: null, term: 3 }), { leader: null, term: 3 });
    assert.deepEqual(answered(Leader, { leader: 'n2', term: 0 }), { leader: 'n2', term: 0 });
  });

  it('hold several values where replicas did not decide', () => {
    assert.deepEqual(answered(Read, { values: [1, 'a', null] }), { values: [1, 'a', null] });
  });

  it('say which field is not JSON', () => {
    for (const [message, field] of [
      [{ value: '{a:1}' }, 'value'],
      [{ values: ['1', ''] }, 'values'],
      [{ from: 'x' }, 'from'],
      [{ txn: [{ kind: 'w', key: 'k', arguments: ['x'] }] }, 'arguments'],
    ] as const)
      assert.throws(
        () => fieldsOf(message),
        (error) => error instanceof NotJson && error.message === `"${field}" is not JSON`,
      );
  });
});
