import assert from 'node:assert/strict';
import { Memo } from '../../../../harness/checkers/linearizable/memo.ts';

/** A set of operations as words, with the bounds that the memo asks for. */
function sets(...words: number[]): { done: Int32Array; first: number; last: number } {
  const done = Int32Array.from(words);
  const first = words.findIndex((word) => word !== -1);
  return { done, first, last: words.findLastIndex((word) => word !== 0) };
}

function memo(): {
  readonly memo: Memo;
  readonly add: (state: number, words: number[], open: number, hash: number) => boolean;
} {
  const memo = new Memo(1, { wordsLeft: 10_000 });
  return {
    memo,
    add: (state, words, open, hash) => {
      const { done, first, last } = sets(...words);
      return memo.add(state, done, first, last, Int32Array.of(open), hash);
    },
  };
}

/** A hash with which this state gets into the same place as state 0 with hash 0. */
function collidingHash(state: number): number {
  return Math.imul(state + 1, 0x85ebca6b) ^ Math.imul(1, 0x85ebca6b);
}

describe('the memo', () => {
  it('knows what it was told, and no more', () => {
    const { add } = memo();
    assert(add(0, [0b11, 0], 0, 7));
    assert(!add(0, [0b11, 0], 0, 7));
    assert(add(0, [0b101, 0], 0, 9));
  });

  it('tells configurations apart whose hashes are the same', () => {
    const { add } = memo();
    assert(add(0, [0b11, 0, 0], 0, 0), 'a first one');
    assert(add(1, [0b11, 0, 0], 0, collidingHash(1)), 'another state');
    assert(add(0, [0b101, 0, 0], 0, 0), 'another set');
    assert(add(0, [0b11, 0b1, 0], 0, 0), 'a set that reaches further');
    assert(add(0, [-1, 0b11, 0], 0, 0), 'the same words, one further on');
    assert(add(0, [-1, 0, 0], 0, 0), 'a set without words of its own');
    assert(add(0, [-1, -1, 0], 0, 0), 'another one without');
    assert(!add(1, [0b11, 0, 0], 0, collidingHash(1)));
  });

  it('takes a configuration that used more open operations than a known one as known, never one that used fewer', () => {
    const { add } = memo();
    assert(add(0, [1, 0], 0b0110, 3));
    assert(!add(0, [1, 0], 0b1110, 3));
    assert(add(0, [1, 0], 0b0010, 3));
    assert(add(0, [1, 0], 0b1001, 3), 'neither of the two contains the other');
    assert(!add(0, [1, 0], 0b0110, 3));
  });

  it('finds everything again when it has grown', () => {
    const { memo: grown, add } = memo();
    for (let state = 0; state < 300; state++) assert(add(state, [state + 1, 0], 0, state));
    for (let state = 0; state < 300; state++) assert(!add(state, [state + 1, 0], 0, state));
    assert(!grown.isFull);
  });

  it('says when the allowance is used up, and gives it back', () => {
    const allowance = { wordsLeft: 20 };
    const small = new Memo(1, allowance);
    const { done, first, last } = sets(1, 0);
    for (let state = 0; !small.isFull; state++) {
      assert(state < 5);
      small.add(state, done, first, last, Int32Array.of(0), state);
    }
    small.clear();
    assert.equal(allowance.wordsLeft, 20);
  });
});
