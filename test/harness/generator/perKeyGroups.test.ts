import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  limit,
  perKeyGroups,
  reserve,
  stagger,
  untilOk,
  type KeyGroups,
} from '../../../harness/generator/index.ts';
import { AssertionFailed } from '../../../nodes/kernel/assert.ts';
import { always, contextOf, event, never, numbered, rest, said } from './context.ts';
import { simulateGenerator, type Simulated } from './simulate.ts';

const keyed = (options: Partial<KeyGroups>): ReturnType<typeof perKeyGroups> =>
  perKeyGroups({ groups: 2, key: (index) => `k${index}`, generator: () => always('a'), ...options });

const groupOf = (thread: number, groups: number, concurrency: number): number =>
  Math.floor((thread * groups) / concurrency);

function countsByKey({ invocations }: Simulated): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key = '' } of invocations) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('perKeyGroups', () => {
  it('holds a late crash on the key before against nobody', () => {
    const generator = keyed({ groups: 1, operationsMax: 1, crashesMax: 1 });
    const first = rest(generator.next(contextOf()));
    const step = first.next(contextOf());
    assert(step.kind === 'op' && step.op.key === 'k1');
    const patient = rest(keyed({ groups: 1, crashesMax: 1 }).next(contextOf()));
    const other = patient.update(contextOf(), event('info', 0, { key: 'another' }));
    const own = patient.update(contextOf(), event('info', 0, { key: 'k0' }));
    const keyAfter = (after: typeof own): unknown => {
      const next = after.next(contextOf());
      return next.kind === 'op' && next.op.key;
    };
    assert.deepEqual([keyAfter(other), keyAfter(own)], ['k0', 'k1']);
  });

  it('a key is used by one group of threads only', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 16 }),
        (seed, groups, concurrency) => {
          const { dispatches } = simulateGenerator(keyed({ groups, operationsMax: 20 }), {
            seed,
            concurrency,
            operationsMax: 300,
            outcome: (_dispatch, prng) => ({
              afterMs: 1 + 9 * prng.next(),
              type: prng.chance(0.1) ? 'info' : 'ok',
            }),
          });
          const used = Math.min(groups, concurrency);
          const owners = new Map<string, number>();
          for (const { thread, op } of dispatches) {
            const key = op.key as string;
            const group = groupOf(thread, used, concurrency);
            assert.equal(owners.get(key) ?? group, group, `${key} is used by two groups`);
            owners.set(key, group);
          }
          assert.equal(new Set(owners.values()).size, used, 'all groups work');
          assert.equal(new Set(dispatches.map(({ thread }) => thread)).size, concurrency, 'all threads work');
        },
      ),
      { seed: 6, numRuns: 60 },
    );
  });

  it('works on as many keys at a time as there are groups, and takes keys in order', () => {
    const { dispatches, interpreter } = simulateGenerator(keyed({ groups: 3, operationsMax: 10 }), {
      concurrency: 6,
      operationsMax: 200,
    });
    const indices = interpreter.keys.map((key) => Number(key.slice(1)));
    assert.deepEqual(
      indices,
      [...indices].sort((a, b) => a - b),
    );
    assert.deepEqual(new Set(dispatches.slice(0, 6).map(({ op }) => op.key)), new Set(['k0', 'k1', 'k2']));
  });

  it('a key ends after its operations, less up to a tenth', () => {
    const counts = countsByKey(
      simulateGenerator(keyed({ operationsMax: 100 }), { concurrency: 4, operationsMax: 2000 }),
    );
    const ended = [...counts.values()].slice(0, -2);
    assert.ok(ended.length > 10);
    assert.ok(ended.every((count) => count >= 90 && count <= 100));
    assert.ok(new Set(ended).size > 3, 'keys do not end all at once');
  });

  it('a key ends after its crashes, and no more are added than were in flight', () => {
    const threadsPerGroup = 3;
    const { history } = simulateGenerator(keyed({ crashesMax: 4 }), {
      concurrency: 2 * threadsPerGroup,
      operationsMax: 1000,
      outcome: (_dispatch, prng) => ({ afterMs: 1, type: prng.chance(0.2) ? 'info' : 'ok' }),
    });
    const crashes = new Map<string, number>();
    for (const { key = '', type } of history)
      if (type === 'info') crashes.set(key, (crashes.get(key) ?? 0) + 1);
    assert.ok(crashes.size > 10);
    assert.ok(Math.max(...crashes.values()) <= 4 + threadsPerGroup - 1);
  });

  it('ends when there are no more keys', () => {
    const run = simulateGenerator(
      keyed({ key: (index) => (index < 5 ? `k${index}` : null), generator: (key) => numbered(key, 3) }),
    );
    assert.equal(run.end, 'done');
    assert.deepEqual(
      [...countsByKey(run)].sort(),
      ['k0', 'k1', 'k2', 'k3', 'k4'].map((key) => [key, 3]),
    );
  });

  it('a group that waits holds up no other', () => {
    const generator = keyed({ generator: (_key, index) => (index === 0 ? never : always('a')) });
    const { invocations } = simulateGenerator(limit(20, generator), { concurrency: 4 });
    assert.deepEqual(new Set(invocations.map(({ key }) => key)), new Set(['k1']));
  });

  it('late completions of the key before do not count for the new one', () => {
    // The one operation of k0 succeeds late, when the group has long been trying k1 in vain.
    const { invocations } = simulateGenerator(
      keyed({
        groups: 1,
        key: (index) => (index < 2 ? `k${index}` : null),
        generator: (_key, index) => (index === 0 ? limit(1, always('a')) : limit(50, untilOk(always('a')))),
      }),
      {
        concurrency: 2,
        outcome: ({ op }) => (op.key === 'k0' ? { afterMs: 20, type: 'ok' } : { afterMs: 1, type: 'fail' }),
      },
    );
    assert.equal(invocations.filter(({ key }) => key === 'k1').length, 50);
  });

  it('the generator of a key sees its group as all the threads there are', () => {
    const generator = keyed({ generator: () => reserve([[1, always('first')]], always('others')) });
    const { dispatches } = simulateGenerator(limit(200, generator), { concurrency: 6 });
    for (const { thread, op } of dispatches) assert.equal(op.f, thread % 3 === 0 ? 'first' : 'others');
  });

  it('keys without any operation are skipped, but not for ever', () => {
    const seldom = keyed({ generator: (_key, index) => numbered('a', index % 3 === 0 ? 1 : 0) });
    const { interpreter } = simulateGenerator(limit(4, seldom), { concurrency: 2 });
    assert.deepEqual(interpreter.keys, ['k0', 'k3', 'k6', 'k9']);
    assert.throws(() => keyed({ generator: () => numbered('a', 0) }).next(contextOf()), AssertionFailed);
  });

  it('waits for the group that is due first', () => {
    const staggered = keyed({ generator: () => stagger(10, always('a')) });
    const { invocations } = simulateGenerator(limit(100, staggered), { concurrency: 4 });
    const endMs = (invocations.at(-1)?.timeNs ?? 0) / 1e6;
    assert.ok(Math.abs(endMs - 500) < 100, `two groups with an operation every 10 ms took ${endMs} ms`);
    assert.equal(said(keyed({ generator: () => never }).next(contextOf())), 'pending');
  });
});
