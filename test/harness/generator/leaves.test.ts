import assert from 'node:assert/strict';
import {
  concat,
  exhausted,
  flipFlop,
  fromFunction,
  fromState,
  list,
  single,
} from '../../../harness/generator/index.ts';
import { always, contextOf, never, numbered, rest, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const fs = (invocations: readonly { f: string }[]): string => invocations.map(({ f }) => f).join(' ');

describe('leaves', () => {
  it('exhausted has nothing', () => {
    assert.equal(said(exhausted.next(contextOf())), 'exhausted');
  });

  it('single and list make each operation once, in order', () => {
    assert.equal(fs(simulateGenerator(single({ f: 'a', value: 1 })).invocations), 'a');
    assert.equal(fs(simulateGenerator(numbered('a', 3)).invocations), 'a1 a2 a3');
    assert.equal(fs(simulateGenerator(list([])).invocations), '');
  });

  it('fromFunction is asked for every operation, and sees time and free threads', () => {
    const generator = fromFunction(({ timeNs, free }) =>
      timeNs > 50e6 ? 'exhausted' : { f: 'a', value: free.length },
    );
    const { invocations } = simulateGenerator(generator, { concurrency: 2 });
    assert.deepEqual(
      invocations.slice(0, 3).map(({ value }) => value),
      [2, 1, 1],
    );
  });

  it('fromState remembers what it made, and learns from completions', () => {
    const generator = fromState(0, {
      next: (seen) => (seen >= 4 ? 'exhausted' : { op: { f: 'a', value: seen }, state: seen }),
      update: (seen, { type }) => (type === 'ok' ? seen + 1 : seen),
    });
    const { invocations } = simulateGenerator(generator, { concurrency: 1 });
    assert.deepEqual(
      invocations.map(({ value }) => value),
      [0, 1, 2, 3],
    );
  });
});

describe('concat', () => {
  it('runs one generator after the other', () => {
    const { invocations } = simulateGenerator(concat([numbered('a', 2), exhausted, numbered('b', 2)]));
    assert.equal(fs(invocations), 'a1 a2 b1 b2');
  });

  it('has no barrier: the next one starts while the last operations are in flight', () => {
    const { history } = simulateGenerator(concat([numbered('a', 1), numbered('b', 1)]), { concurrency: 2 });
    assert.deepEqual(
      history.slice(0, 2).map(({ f, type }) => `${f} ${type}`),
      ['a1 invoke', 'b1 invoke'],
    );
  });

  it('of nothing is exhausted', () => {
    assert.equal(said(concat([]).next(contextOf())), 'exhausted');
  });
});

describe('flipFlop', () => {
  it('alternates strictly', () => {
    const { invocations } = simulateGenerator(flipFlop(numbered('a', 3), always('b')));
    assert.equal(fs(invocations), 'a1 b a2 b a3 b');
  });

  it('ends when the one whose turn it is has ended', () => {
    assert.equal(fs(simulateGenerator(flipFlop(always('a'), numbered('b', 2))).invocations), 'a b1 a b2 a');
  });

  it('waits for the one whose turn it is', () => {
    const step = flipFlop(never, always('b')).next(contextOf());
    assert.equal(said(step), 'pending');
    assert.equal(said(rest(step).next(contextOf())), 'pending', 'and goes on waiting for it');
  });
});
