import assert from 'node:assert/strict';
import { filter, fromState, limit, map } from '../../../harness/generator/index.ts';
import { AssertionFailed } from '../../../nodes/kernel/assert.ts';
import { always, contextOf, never, numbered, said } from './context.ts';
import { simulateGenerator } from './simulate.ts';

const counter = fromState(0, { next: (n) => ({ op: { f: 'a', value: n }, state: n + 1 }) });

describe('map', () => {
  it('transforms every operation', () => {
    const doubled = map((op) => ({ ...op, value: (op.value as number) * 2 }), limit(4, counter));
    assert.deepEqual(
      simulateGenerator(doubled).invocations.map(({ value }) => value),
      [0, 2, 4, 6],
    );
  });

  it('passes events on', () => {
    const learns = fromState(0, {
      next: (seen) => (seen > 0 ? 'exhausted' : { op: { f: 'a', value: null }, state: seen }),
      update: (seen, { type }) => (type === 'ok' ? seen + 1 : seen),
    });
    assert.equal(
      simulateGenerator(
        map((op) => op, learns),
        { concurrency: 1 },
      ).invocations.length,
      1,
    );
  });
});

describe('filter', () => {
  it('skips what does not pass', () => {
    const even = filter(({ value }) => (value as number) % 2 === 0, limit(7, counter));
    assert.deepEqual(
      simulateGenerator(even).invocations.map(({ value }) => value),
      [0, 2, 4, 6],
    );
  });

  it('passes on that the generator waits or has ended', () => {
    assert.equal(said(filter(() => true, never).next(contextOf())), 'pending');
    assert.equal(said(filter(() => false, numbered('a', 5)).next(contextOf())), 'exhausted');
  });

  it('stops rather than search for ever', () => {
    assert.throws(() => filter(() => false, always('a')).next(contextOf()), AssertionFailed);
  });
});
