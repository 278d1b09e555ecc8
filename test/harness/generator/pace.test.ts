import assert from 'node:assert/strict';
import fc from 'fast-check';
import { delay, limit, stagger, timeLimit } from '../../../harness/generator/index.ts';
import { catchUpMs } from '../../../harness/generator/pace.ts';
import { always, contextOf, rest, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const startsMs = (invocations: readonly { timeNs: number }[]): number[] =>
  invocations.map(({ timeNs }) => timeNs / 1e6);

describe('stagger', () => {
  it('keeps its mean interval, with intervals between 0 and twice the mean', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, meanMs) => {
        const generator = stagger(meanMs, limit(1000, always('a')));
        const { invocations } = simulateGenerator(generator, {
          seed,
          concurrency: 50,
          outcome: () => ({ afterMs: 1 }),
        });
        const starts = startsMs(invocations);
        const intervals = starts.slice(1).map((start, at) => start - (starts[at] as number));
        const mean = (starts.at(-1) as number) / (starts.length - 1);
        assert.ok(Math.abs(mean / meanMs - 1) < 0.12, `mean ${mean} instead of ${meanMs}`);
        assert.ok(intervals.every((interval) => interval >= 0 && interval <= 2 * meanMs + 1e-6));
      }),
      { seed: 2, numRuns: 20 },
    );
  });

  it('does not lose its rate to late wake-ups', () => {
    let generator = stagger(1, always('a'));
    let operations = 0;
    // Asked only every 5 ms, as by a coarse timer, it still makes one operation a millisecond.
    for (let timeMs = 0; timeMs < 1000; timeMs += 5) {
      const context = contextOf({ timeMs, seed: timeMs });
      for (;;) {
        const step = generator.next(context);
        generator = rest(step);
        if (step.kind !== 'op') break;
        operations++;
      }
    }
    assert.ok(Math.abs(operations - 1000) < 100, `${operations} operations in 1000 ms`);
  });

  it('makes up for a stall only a little: no flood follows', () => {
    let generator = rest(stagger(1, always('a')).next(contextOf()));
    let flood = 0;
    for (;;) {
      const step = generator.next(contextOf({ timeMs: 60_000, seed: flood }));
      if (step.kind !== 'op') break;
      generator = step.rest;
      flood++;
    }
    assert.ok(flood > 0.5 * catchUpMs && flood < 2 * catchUpMs, `${flood} operations at once`);
  });

  it('does not ask the generator before its time', () => {
    const after = rest(stagger(10, always('a')).next(contextOf()));
    const step = after.next(contextOf({ timeMs: 0 }));
    assert.equal(step.kind, 'pending');
    assert.ok(step.kind === 'pending' && step.untilNs !== undefined && step.untilNs <= 20e6);
  });
});

describe('delay', () => {
  it('starts operations exactly so far apart', () => {
    const { invocations } = simulateGenerator(delay(10, limit(5, always('a'))), { concurrency: 10 });
    assert.deepEqual(startsMs(invocations), [0, 10, 20, 30, 40]);
  });

  it('makes up for what was missed', () => {
    const generator = timeLimit(100, delay(10, always('a')));
    const { invocations } = simulateGenerator(generator, {
      concurrency: 1,
      outcome: () => ({ afterMs: 35 }),
    });
    assert.deepEqual(startsMs(invocations), [0, 35, 70]);
    let late = rest(delay(10, always('a')).next(contextOf()));
    for (let due = 0; due < 3; due++) {
      const step = late.next(contextOf({ timeMs: 30 }));
      assert.equal(said(step), 'a');
      late = rest(step);
    }
    assert.deepEqual(said(late.next(contextOf({ timeMs: 30 }))), { pendingUntilMs: 40 });
  });
});
