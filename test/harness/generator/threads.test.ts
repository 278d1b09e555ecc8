import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  eachProcess,
  eachThread,
  limit,
  mix,
  onThreads,
  phases,
  reserve,
  untilOk,
  type Generator,
} from '../../../harness/generator/index.ts';
import { always, contextOf, event, never, numbered, rest, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

describe('onThreads', () => {
  it('uses only its threads', () => {
    const generator = onThreads((thread) => thread % 2 === 1, limit(50, always('a')));
    const { dispatches } = simulateGenerator(generator, { concurrency: 5 });
    assert.equal(dispatches.length, 50);
    assert.deepEqual([...new Set(dispatches.map(({ thread }) => thread))].sort(), [1, 3]);
  });

  it('waits while none of them is free, and ends when there are none', () => {
    const generator = onThreads((thread) => thread > 1, always('a'));
    assert.equal(said(generator.next(contextOf({ free: [0, 1] }))), 'pending');
    assert.equal(said(generator.next(contextOf({ threads: 2 }))), 'exhausted');
  });

  it('learns only what its threads did', () => {
    const generator = onThreads((thread) => thread === 0, untilOk(always('a')));
    const step = generator.next(contextOf());
    const others = rest(step).update(contextOf(), event('ok', 1));
    assert.equal(said(others.next(contextOf())), 'a');
    assert.equal(said(others.update(contextOf(), event('ok', 0)).next(contextOf())), 'exhausted');
  });
});

describe('reserve', () => {
  it('gives every member its own threads', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 12 }), (first, second, concurrency) => {
        const generator = reserve(
          [
            [first, always('a')],
            [second, always('b')],
          ],
          always('c'),
        );
        const { dispatches } = simulateGenerator(limit(200, generator), { concurrency });
        const owner = (thread: number): string => {
          if (thread < first) return 'a';
          return thread < first + second ? 'b' : 'c';
        };
        assert.equal(dispatches.length, 200);
        assert.ok(dispatches.every(({ thread, op }) => op.f === owner(thread)));
        assert.equal(new Set(dispatches.map(({ thread }) => thread)).size, concurrency);
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  it('goes on when the threads of one member are all stuck', () => {
    const generator = reserve([[1, always('stuck')]], always('fast'));
    const { invocations } = simulateGenerator(limit(100, generator), {
      concurrency: 2,
      outcome: ({ op }) => ({ afterMs: op.f === 'stuck' ? 1e6 : 1 }),
    });
    assert.equal(invocations.filter(({ f }) => f === 'fast').length, 99);
  });

  it('shows every member only what its own threads did', () => {
    const seen: string[] = [];
    const watching = (name: string): Generator => ({
      next: () => ({ kind: 'op', op: { f: name, value: null }, rest: watching(name) }),
      update(_context, { process }) {
        seen.push(`${name} ${process}`);
        return this;
      },
    });
    const started = rest(reserve([[1, watching('a')]], watching('b')).next(contextOf()));
    for (const process of [0, 1, 2]) started.update(contextOf(), event('ok', process));
    assert.deepEqual(seen, ['a 0', 'b 1', 'b 2']);
  });

  it('ends when all members that have threads have ended', () => {
    const { invocations, end } = simulateGenerator(reserve([[4, numbered('a', 3)]], always('no thread')));
    assert.deepEqual([end, invocations.length], ['done', 3]);
  });

  it('is pending while a member is', () => {
    assert.equal(said(reserve([[2, never]], numbered('a', 0)).next(contextOf())), 'pending');
  });
});

describe('eachThread', () => {
  it('runs a copy in every thread', () => {
    const { dispatches, end } = simulateGenerator(eachThread(numbered('a', 3)), { concurrency: 3 });
    assert.equal(end, 'done');
    for (const thread of [0, 1, 2])
      assert.deepEqual(
        dispatches.filter((dispatch) => dispatch.thread === thread).map(({ op }) => op.f),
        ['a1', 'a2', 'a3'],
      );
  });

  it('a copy goes on when its process was retired', () => {
    const { dispatches } = simulateGenerator(eachThread(numbered('a', 2)), {
      concurrency: 1,
      outcome: () => ({ afterMs: 1, type: 'info' }),
    });
    assert.deepEqual(
      dispatches.map(({ process, op }) => [process, op.f]),
      [
        [0, 'a1'],
        [1, 'a2'],
      ],
    );
  });
});

describe('eachProcess', () => {
  it('runs a fresh copy for the process that follows a retired one', () => {
    const { dispatches } = simulateGenerator(eachProcess(numbered('a', 2)), {
      concurrency: 2,
      outcome: ({ process }) => ({ afterMs: 1, type: process === 1 ? 'info' : 'ok' }),
    });
    const of = (process: number): string[] =>
      dispatches.filter((dispatch) => dispatch.process === process).map(({ op }) => op.f);
    assert.deepEqual([of(0), of(1), of(3)], [['a1', 'a2'], ['a1'], ['a1', 'a2']]);
  });
});

describe('untilOk', () => {
  it('ends once one of its operations succeeded', () => {
    let left = 3;
    const { history } = simulateGenerator(untilOk(always('a')), {
      concurrency: 1,
      outcome: () => ({ afterMs: 1, type: left-- > 0 ? 'fail' : 'ok' }),
    });
    assert.deepEqual(
      history.filter(({ type }) => type !== 'invoke').map(({ type }) => type),
      ['fail', 'fail', 'fail', 'ok'],
    );
  });

  it('is not ended by the success of an operation of another generator', () => {
    const { invocations } = simulateGenerator(mix([untilOk(always('mine')), numbered('other', 20)]), {
      concurrency: 3,
      outcome: ({ op }) => ({ afterMs: 1, type: op.f === 'mine' ? 'fail' : 'ok' }),
      operationsMax: 200,
    });
    assert.ok(invocations.filter(({ f }) => f === 'mine').length > 100);
  });

  it('is followed by the next phase', () => {
    const { invocations } = simulateGenerator(phases([untilOk(always('a')), numbered('b', 1)]), {
      concurrency: 1,
    });
    assert.deepEqual(
      invocations.map(({ f }) => f),
      ['a', 'b1'],
    );
  });
});
