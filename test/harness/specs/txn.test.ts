import assert from 'node:assert/strict';
import fc from 'fast-check';
import { specNamed } from '../../../harness/specs/index.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import {
  describeTransaction,
  listAppend,
  longForkStore,
  rwRegister,
  type Store,
} from '../../../harness/specs/txn.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** Transactions one after the other, as answered; whether the spec allows them. */
function allows(spec: SequentialSpec<Store>, ...transactions: readonly Json[]): boolean {
  let state = spec.init();
  for (const value of transactions) {
    const next = spec.step(state, { f: 'txn', value }, { value });
    if (next === 'inconsistent') return false;
    state = next;
  }
  return true;
}

describe('the specs of transactions', () => {
  it('list-append: reads whole lists, its own appends too; null and [] are the same', () => {
    assert(
      allows(
        listAppend,
        [
          ['r', 'x', null],
          ['append', 'x', 1],
          ['r', 'x', [1]],
        ],
        [
          ['r', 'x', [1]],
          ['r', 'y', []],
        ],
      ),
    );
    assert(
      !allows(listAppend, [
        ['append', 'x', 1],
        ['r', 'x', []],
      ]),
    );
    assert(!allows(listAppend, [['append', 'x', 1]], [['append', 'x', 2]], [['r', 'x', [2, 1]]]));
    assert(!allows(listAppend, [['append', 'x', 1]], [['r', 'x', null]]));
  });

  it('rw-register: reads what was written last, null at first', () => {
    assert(
      allows(
        rwRegister,
        [
          ['r', 'x', null],
          ['w', 'x', 1],
        ],
        [
          ['w', 'y', 'inconsistent'],
          ['r', 'x', 1],
          ['r', 'y', 'inconsistent'],
        ],
      ),
    );
    assert(
      !allows(
        rwRegister,
        [
          ['w', 'x', 1],
          ['w', 'x', 2],
        ],
        [['r', 'x', 1]],
      ),
    );
    assert(
      allows(
        rwRegister,
        [
          ['w', 1, 5],
          ['r', '1', null],
          ['w', '__proto__', 6],
        ],
        [
          ['r', '__proto__', 6],
          ['r', 'constructor', null],
        ],
      ),
    );
  });

  it('begins with what it is told', () => {
    const state = rwRegister.init({ x: 7 });
    const value = [
      ['r', 'x', 7],
      ['r', 'y', null],
    ];
    assert.notEqual(rwRegister.step(state, { f: 'txn', value }, { value }), 'inconsistent');
  });

  it('without an answer, reads tell nothing and writes take effect', () => {
    const micro = fc.tuple(fc.constantFrom('r', 'append'), fc.constantFrom('x', 'y'), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(fc.array(fc.array(micro, { maxLength: 4 }), { maxLength: 4 }), (transactions) => {
        let state = listAppend.init();
        for (const micros of transactions) {
          const asked: Json = micros.map(([f, key, element]) => [f, key, f === 'r' ? null : element]);
          const next = listAppend.step(state, { f: 'txn', value: asked }, 'unknown');
          assert(next !== 'inconsistent');
          const held = new Map(state);
          const answer = micros.map(([f, key, element]): Json => {
            const list = (held.get(JSON.stringify(key)) ?? []) as readonly Json[];
            if (f === 'r') return [f, key, list];
            held.set(JSON.stringify(key), [...list, element]);
            return [f, key, element];
          });
          const answered = listAppend.step(state, { f: 'txn', value: asked }, { value: answer });
          assert(answered !== 'inconsistent');
          assert.equal(listAppend.nameOf(answered), listAppend.nameOf(next));
          state = next;
        }
      }),
      { seed: 20_241_109, numRuns: 200 },
    );
  });

  it('refuses what is no transaction of its micro-operations', () => {
    for (const [spec, value] of [
      [listAppend, 5],
      [listAppend, [['w', 'x', 1]]],
      [listAppend, [['r', 'x', 1]]],
      [listAppend, ['append']],
      [rwRegister, [['append', 'x', 1]]],
      [rwRegister, [[1, 'x', 1]]],
    ] as const)
      assert.throws(() => spec.step(spec.init(), { f: 'txn', value }, { value }), TypeError);
    assert.throws(() => rwRegister.step(rwRegister.init(), { f: 'read', value: null }, 'unknown'), TypeError);
  });

  it('has names, and transactions in words', () => {
    for (const spec of [listAppend, rwRegister, longForkStore]) assert.equal(specNamed(spec.name), spec);
    const input = {
      f: 'txn',
      value: [
        ['append', 'x', 1],
        ['r', 'y', null],
      ],
    };
    assert.equal(describeTransaction(input, 'unknown'), 'txn(append x 1, r y) → ?');
    assert.equal(
      describeTransaction(input, {
        value: [
          ['append', 'x', 1],
          ['r', 'y', [2]],
        ],
      }),
      'txn(append x 1, r y → [2])',
    );
    const state = listAppend.step(listAppend.init(), input, 'unknown');
    assert(state !== 'inconsistent');
    assert.equal(listAppend.nameOf(state), '{"x": [1]}');
  });
});
