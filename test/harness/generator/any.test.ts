import assert from 'node:assert/strict';
import type { Generator } from '../../../harness/generator/generator.ts';
import { any, at } from '../../../harness/generator/index.ts';
import { always, contextOf, never, numbered, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const late = (f: string, timeMs: number): Generator => at(timeMs, { f, value: null });

describe('any', () => {
  it('takes the soonest operation of its members', () => {
    const { invocations } = simulateGenerator(any([late('c', 30), late('a', 10), late('b', 20)]));
    assert.deepEqual(
      invocations.map(({ f, timeNs }) => [f, timeNs / 1e6]),
      [
        ['a', 10],
        ['b', 20],
        ['c', 30],
      ],
    );
  });

  it('prefers the first listed of those that are due', () => {
    const { invocations } = simulateGenerator(any([numbered('a', 3), numbered('b', 2)]), { concurrency: 1 });
    assert.deepEqual(
      invocations.map(({ f }) => f),
      ['a1', 'a2', 'a3', 'b1', 'b2'],
    );
  });

  it('looks past members that are pending or not yet due', () => {
    assert.equal(said(any([never, late('much later', 99), always('now')]).next(contextOf())), 'now');
  });

  it('waits for the member that becomes due first', () => {
    const generator = any([never, late('later', 20), late('soon', 10)]);
    assert.deepEqual(said(generator.next(contextOf())), { pendingUntilMs: 10 });
  });
});
