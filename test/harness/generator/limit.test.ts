import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cycle, exhausted, limit, mix, once, repeat, single } from '../../../harness/generator/index.ts';
import { always, contextOf, never, numbered, rest, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const fs = (invocations: readonly { f: string }[]): string => invocations.map(({ f }) => f).join(' ');

describe('limit', () => {
  it('passes exactly the first n operations', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 8 }), (count, concurrency) => {
        const { invocations, end } = simulateGenerator(limit(count, always('a')), { concurrency });
        assert.equal(invocations.length, count);
        assert.equal(end, 'done');
      }),
      { seed: 1 },
    );
  });

  it('counts operations, not attempts to get one', () => {
    let generator = limit(1, mix([never, never]));
    for (let round = 0; round < 5; round++) generator = rest(generator.next(contextOf()));
    assert.equal(said(generator.next(contextOf())), 'pending');
  });

  it('once passes one', () => {
    assert.equal(fs(simulateGenerator(once(always('a'))).invocations), 'a');
  });
});

describe('repeat', () => {
  it('makes the same operation again, without moving on', () => {
    assert.equal(fs(simulateGenerator(repeat(numbered('a', 5), 3)).invocations), 'a1 a1 a1');
  });

  it('of something exhausted is exhausted', () => {
    assert.equal(said(repeat(exhausted).next(contextOf())), 'exhausted');
  });
});

describe('cycle', () => {
  it('starts again when the generator has ended', () => {
    assert.equal(fs(simulateGenerator(cycle(numbered('a', 2), 3)).invocations), 'a1 a2 a1 a2 a1 a2');
  });

  it('goes on for ever without a number', () => {
    const { invocations } = simulateGenerator(limit(100, cycle(single({ f: 'a', value: null }))));
    assert.equal(invocations.length, 100);
  });

  it('does not hang on a generator that has nothing', () => {
    assert.equal(said(cycle(exhausted).next(contextOf())), 'exhausted');
  });
});
