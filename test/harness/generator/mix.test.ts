import assert from 'node:assert/strict';
import { limit, mix, once, weightedMix } from '../../../harness/generator/index.ts';
import { always, contextOf, never, numbered, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const countsOf = (names: readonly string[]): Record<string, number> =>
  names.reduce<Record<string, number>>(
    (counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }),
    {},
  );

describe('mix', () => {
  it('draws its members equally often', () => {
    const { invocations } = simulateGenerator(limit(3000, mix([always('a'), always('b'), always('c')])));
    const counts = countsOf(invocations.map(({ f }) => f));
    for (const f of ['a', 'b', 'c'])
      assert.ok(Math.abs((counts[f] ?? 0) - 1000) < 120, JSON.stringify(counts));
  });

  it('draws its members in proportion to their weights', () => {
    const generator = weightedMix([
      [8, always('often')],
      [2, always('seldom')],
    ]);
    const { invocations } = simulateGenerator(limit(3000, generator));
    const seldom = invocations.filter(({ f }) => f === 'seldom').length;
    assert.ok(Math.abs(seldom - 600) < 100, `${seldom} of 3000 where 600 are expected`);
  });

  it('lets a pending member hold up no other', () => {
    for (let seed = 0; seed < 20; seed++)
      assert.equal(said(mix([never, always('a'), never]).next(contextOf({ seed }))), 'a');
  });

  it('goes on with the others when a member has ended, and ends when all have', () => {
    const { invocations, end } = simulateGenerator(mix([numbered('a', 2), numbered('b', 5)]));
    assert.equal(end, 'done');
    assert.deepEqual(countsOf(invocations.map(({ f }) => f)), {
      a1: 1,
      a2: 1,
      b1: 1,
      b2: 1,
      b3: 1,
      b4: 1,
      b5: 1,
    });
  });

  it('is pending when all members are, and exhausted without members', () => {
    assert.equal(said(mix([never, never]).next(contextOf())), 'pending');
    assert.equal(said(mix([]).next(contextOf())), 'exhausted');
    assert.equal(said(mix([once(never)]).next(contextOf())), 'pending');
  });
});
