/** What each sequential spec allows, and what it does not. */
import assert from 'node:assert/strict';
import { specNamed, specs } from '../../../harness/specs/index.ts';
import { describeOperation } from '../../../harness/specs/describe.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** `f value → answer` a step; whether a spec allows them one after the other. */
function allows(
  name: string,
  steps: readonly (readonly [f: string, asked: Json, answered?: Json])[],
): boolean {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  let state = spec.init();
  for (const [f, asked, answered = asked] of steps) {
    const next = spec.step(state, { f, value: asked }, { value: answered });
    if (next === 'inconsistent') return false;
    state = next;
  }
  return true;
}

describe('the sequential specs', () => {
  it('have names of their own, and operations with described values', () => {
    assert.equal(new Set(specs.map(({ name }) => name)).size, specs.length);
    for (const { operations, observers, meaning } of specs) {
      assert(meaning.length > 0 && operations.length > 0);
      const names = operations.map(({ f }) => f);
      for (const observer of observers) assert(names.includes(observer));
      for (const { invoked, answered } of operations) assert(invoked.length > 0 && answered.length > 0);
    }
  });

  it('register: reads what was written last, null at first', () => {
    assert(
      allows('register', [
        ['read', null, null],
        ['write', 3],
        ['read', null, 3],
      ]),
    );
    assert(
      !allows('register', [
        ['write', 3],
        ['write', 4],
        ['read', null, 3],
      ]),
    );
    assert(
      !allows('register', [
        ['write', 'inconsistent'],
        ['read', null, null],
      ]),
      'a value is not an answer',
    );
    assert(
      allows('register', [
        ['write', 'inconsistent'],
        ['read', null, 'inconsistent'],
      ]),
    );
    assert(
      allows('register', [
        ['write', { a: 1, b: 2 }],
        ['read', null, { b: 2, a: 1 }],
      ]),
    );
  });

  it('queue and append: hold lists at first, and nothing else', () => {
    for (const name of ['queue', 'append'])
      for (const initial of ['ab', 7, true, { a: 1 }])
        assert.throws(() => specNamed(name)?.init(initial), /holds? (a list|lists).*, not /, name);
    assert.deepEqual(specNamed('queue')?.init([1, 2]), [1, 2]);
    assert.deepEqual(specNamed('append')?.init([1, 2]), { value: [1, 2] });
    assert.deepEqual(specNamed('append')?.init(''), specNamed('append')?.init([]));
  });

  it('cas-register: compares before it sets; false saw another value', () => {
    assert(
      allows('cas-register', [
        ['cas', [null, 1]],
        ['cas', [1, 2]],
        ['read', null, 2],
      ]),
    );
    assert(
      !allows('cas-register', [
        ['write', 1],
        ['cas', [2, 3]],
      ]),
    );
    assert(
      allows('cas-register', [
        ['write', 1],
        ['cas', [2, 3], false],
        ['read', null, 1],
      ]),
    );
    assert(
      !allows('cas-register', [
        ['write', 1],
        ['cas', [1, 3], false],
      ]),
    );
  });

  it('kv: puts, appends and deletes; absent and empty are the same', () => {
    assert(
      allows('kv', [
        ['get', null, ''],
        ['get', null, null],
        ['append', 'a'],
        ['append', 'b'],
        ['get', null, 'ab'],
      ]),
    );
    assert(
      allows('kv', [
        ['put', 'x'],
        ['delete', null],
        ['get', null, null],
        ['cas', [null, 'y']],
        ['get', null, 'y'],
      ]),
    );
    assert(
      !allows('kv', [
        ['put', 'x'],
        ['append', 'y'],
        ['get', null, 'y'],
      ]),
    );
  });

  it('append: lists grow at the end', () => {
    assert(
      allows('append', [
        ['read', null, null],
        ['append', 1],
        ['append', 2],
        ['read', null, [1, 2]],
      ]),
    );
    assert(
      !allows('append', [
        ['append', 1],
        ['read', null, [1, 1]],
      ]),
    );
    assert(
      !allows('append', [
        ['append', 1],
        ['read', null, 'hostile text'],
      ]),
    );
  });

  it('set: an element is there once, until it is removed', () => {
    assert(
      allows('set', [
        ['add', 1],
        ['add', 1],
        ['read', null, [1]],
        ['contains', 1, true],
      ]),
    );
    assert(
      allows('set', [
        ['add', 'a'],
        ['add', 'b'],
        ['remove', 'a'],
        ['read', null, ['b']],
        ['contains', 'a', false],
      ]),
    );
    assert(
      !allows('set', [
        ['add', 1],
        ['read', null, [1, 1]],
      ]),
    );
  });

  it('counter: sums up', () => {
    assert(
      allows('counter', [
        ['read', null, 0],
        ['add', 2],
        ['add', -3],
        ['read', null, -1],
      ]),
    );
    assert(
      !allows('counter', [
        ['add', 2],
        ['read', null, 3],
      ]),
    );
  });

  it('queue: first in, first out; empty answers null', () => {
    assert(
      allows('queue', [
        ['dequeue', null, null],
        ['enqueue', 1],
        ['enqueue', 2],
        ['dequeue', null, 1],
      ]),
    );
    assert(
      !allows('queue', [
        ['enqueue', 1],
        ['enqueue', 2],
        ['dequeue', null, 2],
      ]),
    );
    assert(
      !allows('queue', [
        ['enqueue', 1],
        ['dequeue', null, null],
      ]),
    );
  });

  it('lock: one holds it at a time, and only that one releases it', () => {
    assert(
      allows('lock', [
        ['acquire', 'a'],
        ['acquire', 'b', false],
        ['release', 'a'],
        ['acquire', 'b'],
      ]),
    );
    assert(
      !allows('lock', [
        ['acquire', 'a'],
        ['acquire', 'b'],
      ]),
    );
    assert(
      !allows('lock', [
        ['acquire', 'a'],
        ['release', 'b'],
      ]),
    );
    assert(
      allows('lock', [
        ['release', 'a', false],
        ['acquire', 'a'],
        ['release', 'b', false],
      ]),
    );
    assert(
      !allows('lock', [
        ['acquire', 'a'],
        ['release', 'a', false],
      ]),
    );
    assert(!allows('lock', [['acquire', 'a', false]]));
    assert(
      allows('lock', [
        ['acquire', null],
        ['release', null],
      ]),
    );
  });

  it('describe operations as people write them', () => {
    assert.equal(describeOperation({ f: 'write', value: 5 }, { value: 5 }), 'write(5)');
    assert.equal(describeOperation({ f: 'read', value: null }, { value: 3 }), 'read() → 3');
    assert.equal(describeOperation({ f: 'read', value: null }, { value: null }), 'read() → null');
    assert.equal(describeOperation({ f: 'dequeue', value: null }, 'unknown'), 'dequeue() → ?');
    assert.equal(
      specNamed('cas-register')?.describe({ f: 'cas', value: [1, 2] }, { value: false }),
      'cas([1,2]) did not match',
    );
  });
});
