import assert from 'node:assert/strict';
import fc from 'fast-check';
import { at, limit, phases, stagger, synchronize, timeLimit } from '../../../harness/generator/index.ts';
import { always, contextOf, never, numbered, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

describe('timeLimit', () => {
  it('ends, and starts nothing at or after its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20 }), (durationMs, meanMs) => {
        const { invocations, end } = simulateGenerator(timeLimit(durationMs, stagger(meanMs, always('a'))));
        assert.equal(end, 'done');
        assert.ok(invocations.length > 0);
        assert.ok(invocations.every(({ timeNs }) => timeNs < durationMs * 1e6));
      }),
      { seed: 3 },
    );
  });

  it('ends though the generator waits for ever', () => {
    const { end, endMs } = simulateGenerator(timeLimit(50, never));
    assert.deepEqual({ end, endMs }, { end: 'done', endMs: 50 });
  });

  it('does not wait for an operation that lies beyond its end', () => {
    const generator = timeLimit(50, at(80, { f: 'late', value: null }));
    assert.deepEqual(said(generator.next(contextOf())), { pendingUntilMs: 50 });
    assert.equal(simulateGenerator(generator).endMs, 50);
  });

  it('counts from when it is first asked', () => {
    const second = timeLimit(20, always('b'));
    const generator = phases([timeLimit(100, always('a')), second]);
    const { invocations } = simulateGenerator(generator);
    const starts = invocations.filter(({ f }) => f === 'b').map(({ timeNs }) => timeNs / 1e6);
    assert.ok(Math.min(...starts) >= 100);
    assert.ok(Math.max(...starts) < Math.min(...starts) + 20);
  });
});

describe('synchronize and phases', () => {
  it('a phase starts only when all operations of the one before have ended', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, concurrency) => {
        const generator = phases([numbered('a', 9), numbered('b', 9), numbered('c', 9)]);
        const { history } = simulateGenerator(generator, { seed, concurrency });
        const open = new Set<string>();
        for (const { f, type } of history) {
          if (type === 'invoke') {
            assert.ok(
              [...open].every((other) => other[0] === f[0]),
              `${f} starts while ${[...open].join()} is open`,
            );
            open.add(f);
          } else open.delete(f);
        }
        assert.equal(history.length, 54);
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  it('waits while any thread is busy', () => {
    const barrier = synchronize(limit(1, always('a')));
    assert.equal(said(barrier.next(contextOf({ free: [0, 1, 2] }))), 'pending');
    assert.equal(said(barrier.next(contextOf())), 'a');
  });
});
