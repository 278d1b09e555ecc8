/** What holds for every stack of combinators, however it is built. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Generator, GeneratorContext } from '../../../harness/generator/generator.ts';
import {
  any,
  at,
  concat,
  cycle,
  delay,
  eachProcess,
  eachThread,
  filter,
  flipFlop,
  fromFunction,
  limit,
  list,
  map,
  mix,
  onThreads,
  perKeyGroups,
  phases,
  repeat,
  reserve,
  stagger,
  synchronize,
  timeLimit,
  untilOk,
  weightedMix,
} from '../../../harness/generator/index.ts';
import { operationsOf } from '../../../harness/history.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { simulateGenerator, type Simulated } from './simulate.ts';

const leaf: fc.Arbitrary<Generator> = fc.oneof(
  fc.constant(fromFunction(({ prng }) => ({ f: 'random', value: prng.int(0, 100) }))),
  fc.constant(fromFunction(({ timeNs, free }) => ({ f: 'looks', value: [timeNs, free.length] }))),
  fc.nat(5).map((count) => list(Array.from({ length: count }, (_, at) => ({ f: 'listed', value: at })))),
  fc.nat(20).map((timeMs) => at(timeMs, { f: 'late', value: null })),
);

const { stack } = fc.letrec<{ stack: Generator }>((tie) => {
  const inner = tie('stack');
  const few = fc.array(inner, { minLength: 1, maxLength: 3 });
  return {
    stack: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      leaf,
      few.map(mix),
      few.map(any),
      few.map(concat),
      few.map(phases),
      fc
        .array(fc.tuple(fc.integer({ min: 1, max: 9 }), inner), { minLength: 1, maxLength: 3 })
        .map(weightedMix),
      fc.tuple(fc.nat(9), inner).map(([count, generator]) => limit(count, generator)),
      fc.tuple(fc.nat(4), inner).map(([times, generator]) => cycle(generator, times)),
      fc.tuple(fc.nat(4), inner).map(([times, generator]) => repeat(generator, times)),
      fc.tuple(fc.nat(5), inner).map(([meanMs, generator]) => stagger(meanMs, generator)),
      fc.tuple(fc.nat(5), inner).map(([intervalMs, generator]) => delay(intervalMs, generator)),
      fc.tuple(fc.nat(50), inner).map(([durationMs, generator]) => timeLimit(durationMs, generator)),
      fc.tuple(fc.nat(3), inner, inner).map(([count, first, others]) => reserve([[count, first]], others)),
      fc
        .tuple(fc.nat(3), inner)
        .map(([even, generator]) => onThreads((thread) => thread % 4 !== even, generator)),
      inner.map(eachThread),
      inner.map(eachProcess),
      inner.map(untilOk),
      inner.map(synchronize),
      fc.tuple(inner, inner).map(([a, b]) => flipFlop(a, b)),
      inner.map((generator) => map((op) => ({ ...op, f: `mapped-${op.f}` }), generator)),
      inner.map((generator) => filter(({ f }) => f !== 'listed', generator)),
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), inner)
        .map(([groups, operationsMax, generator]) =>
          perKeyGroups({
            groups,
            operationsMax,
            crashesMax: 2,
            key: (index) => (index < 6 ? `k${index}` : null),
            generator: () => generator,
          }),
        ),
    ),
  };
});

const operationsMax = 120;

function simulate(generator: Generator, seed: number, concurrency: number): Simulated {
  return simulateGenerator(timeLimit(500, limit(operationsMax, generator)), {
    seed,
    concurrency,
    outcome: (_dispatch, prng) => ({
      afterMs: 1 + 9 * prng.next(),
      type: prng.pick(['ok', 'ok', 'ok', 'fail', 'info']),
    }),
  });
}

/** Any stack, any seed, any number of threads. */
function holds(property: (generator: Generator, seed: number, concurrency: number) => void): void {
  fc.assert(fc.property(stack, fc.nat(1000), fc.integer({ min: 1, max: 6 }), property), {
    seed: 7,
    numRuns: 300,
  });
}

/** Asks twice, with equally seeded randomness, and demands the same answer. */
function askedTwice(generator: Generator, asked = 0): Generator {
  const answer = (context: GeneratorContext): ReturnType<Generator['next']> =>
    generator.next({ ...context, prng: createPrng(asked) });
  return {
    next: (context) => {
      const step = answer(context);
      const again = answer(context);
      assert.deepEqual(said(again), said(step));
      if (step.kind === 'exhausted') return step;
      return { ...step, rest: askedTwice(step.rest, asked + 1) };
    },
    update: (context, event) => askedTwice(generator.update(context, event), asked + 1),
  };
}

function said(step: ReturnType<Generator['next']>): unknown {
  if (step.kind === 'op') return step.op;
  return step.kind === 'pending' ? step.untilNs : 'exhausted';
}

describe('every stack of generators', () => {
  it('makes the same history of the same seed', () => {
    holds((generator, seed, concurrency) => {
      const first = simulate(generator, seed, concurrency);
      const second = simulate(generator, seed, concurrency);
      assert.deepEqual(second.history, first.history);
    });
  });

  it('uses a process for one operation at a time, and none after its info', () => {
    holds((generator, seed, concurrency) => {
      const { history, dispatches } = simulate(generator, seed, concurrency);
      const operations = operationsOf(history);
      assert.equal(operations.length, dispatches.length);
      const retired = new Set<unknown>();
      for (const { process, type } of history) {
        assert.ok(!retired.has(process), `process ${process} acts after its info`);
        if (type === 'info') retired.add(process);
      }
    });
  });

  it('keeps limits and time limits, and ends', () => {
    holds((generator, seed, concurrency) => {
      const { dispatches, invocations, end } = simulate(generator, seed, concurrency);
      assert.equal(end, 'done');
      assert.ok(dispatches.length <= operationsMax);
      assert.ok(invocations.every(({ timeNs }) => timeNs < 500e6));
    });
  });

  it('is a value: being asked changes nothing', () => {
    holds((generator, seed, concurrency) => {
      simulate(askedTwice(generator), seed, concurrency);
    });
  });
});
