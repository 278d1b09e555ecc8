import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { jsonEquals, KeyValueMachine, type Operation } from '../../../nodes/machines/keyValue.ts';
import type { MicroOperation } from '../../../nodes/machines/machine.ts';

const put = (key: string, value: Json): Operation => ({ type: 'put', key, value });
const cas = (key: string, from: Json, to: Json): Operation => ({ type: 'cas', key, from, to });
const txn = (...steps: MicroOperation[]): Operation => ({ type: 'txn', txn: steps });

/** What is left of operations applied in order. */
function stateAfter(...operations: Operation[]): Record<string, Json> {
  const machine = new KeyValueMachine();
  for (const operation of operations) machine.apply(operation);
  return Object.fromEntries(machine.snapshot());
}

describe('the key–value machine', () => {
  it('reads null where nothing is', () => {
    assert.deepEqual(new KeyValueMachine().query({ type: 'get', key: 'x' }), {
      type: 'value',
      key: 'x',
      value: null,
    });
  });

  it('takes null as absence, in both directions', () => {
    assert.deepEqual(stateAfter(put('x', 1), put('x', null)), {});
    assert.deepEqual(stateAfter(put('x', 1), { type: 'delete', key: 'x' }), {});
    assert.deepEqual(stateAfter(cas('x', null, 1)), { x: 1 });
    assert.deepEqual(stateAfter(put('x', 1), cas('x', 1, null)), {});
  });

  it('compares and sets whole JSON values', () => {
    assert.deepEqual(stateAfter(put('x', { a: [1], b: 2 }), cas('x', { b: 2, a: [1] }, 3)), { x: 3 });
    const machine = new KeyValueMachine([['x', 1]]);
    const result = machine.apply(cas('x', 2, 3));
    assert.equal(result.type === 'refused' && result.error, 'precondition-failed');
    assert.equal(machine.read('x'), 1);
  });

  it('runs the steps of a transaction one after another, each seeing those before', () => {
    const machine = new KeyValueMachine([['q', [1, 2]]]);
    const result = machine.apply(
      txn(
        ['r', 'x', null],
        ['w', 'x', 1],
        ['r', 'x', null],
        ['add', 'x', 4, 0],
        ['cas', 'x', [5, 6]],
        ['pop', 'q', null],
        ['append', 'q', 3],
        ['r', 'q', null],
        ['pop', 'empty', null],
      ),
    );
    assert.deepEqual(result.type === 'txn' && result.txn, [
      ['r', 'x', null],
      ['w', 'x', 1],
      ['r', 'x', 1],
      ['add', 'x', 4, 0],
      ['cas', 'x', [5, 6]],
      ['pop', 'q', 1],
      ['append', 'q', 3],
      ['r', 'q', [2, 3]],
      ['pop', 'empty', null],
    ]);
    assert.deepEqual(Object.fromEntries(machine.snapshot()), { x: 6, q: [2, 3] });
  });

  for (const [why, ...steps] of [
    ['a cas does not match', ['cas', 'x', [7, 8]]],
    ['a sum falls below its minimum', ['add', 'x', -2, 0]],
    ['a number is appended to', ['append', 'x', 1]],
    ['a number is popped', ['pop', 'x', null]],
    ['a sum leaves what JSON can say', ['add', 'x', 1e308, 0], ['add', 'x', 1e308, 0]],
    ['a list is added to', ['add', 'l', 1, 0]],
  ] as [string, ...MicroOperation[]][]) {
    it(`leaves nothing of a transaction in which ${why}`, () => {
      const machine = new KeyValueMachine([
        ['x', 1],
        ['l', [1]],
      ]);
      const result = machine.apply(txn(['w', 'y', 1], ...steps));
      assert.equal(result.type === 'refused' && result.error, 'txn-conflict');
      assert.deepEqual(Object.fromEntries(machine.snapshot()), { x: 1, l: [1] });
    });
  }

  it('is the same after a snapshot, through JSON', () => {
    const machine = new KeyValueMachine();
    machine.apply(put('x', { deep: [null, 'ü', { a: 1 }] }));
    machine.apply(txn(['append', 'l', 'a'], ['append', 'l', 'b']));
    const restored = new KeyValueMachine(JSON.parse(JSON.stringify(machine.snapshot())) as [string, Json][]);
    assert.deepEqual(restored.snapshot(), machine.snapshot());
  });

  it('compares JSON by content: a copy is equal, whatever the order of its members', () => {
    const reversed = (value: Json): Json => {
      if (value === null || typeof value !== 'object') return value;
      if (Array.isArray(value)) return value.map((item) => reversed(item as Json));
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        assert(jsonEquals(left as Json, reversed(JSON.parse(JSON.stringify(left)) as Json)));
        const isSame = (() => {
          try {
            assert.deepEqual(left, right);
            return true;
          } catch {
            return false;
          }
        })();
        assert.equal(jsonEquals(left as Json, right as Json), isSame);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
