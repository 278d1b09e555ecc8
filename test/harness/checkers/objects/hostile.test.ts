import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import type { Checker } from '../../../../harness/checkers/checker.ts';
import {
  counterBounds,
  neverOversold,
  objectCheckers,
  setFull,
} from '../../../../harness/checkers/objects/index.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { specNamed, specs } from '../../../../harness/specs/index.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { agreesOn } from '../fuzz.ts';
import { checkersOf } from './checkersOf.ts';
import { columnsOf, menus, tapes } from './randomObjects.ts';

function named(name: string): SequentialSpec {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  return spec;
}

/** A history in which each operation is completed at once. */
function history(...steps: readonly (readonly [f: string, asked: Json, answered: Json])[]): History {
  const ops = steps.flatMap(([f, asked, answered], at): Op[] => [
    { index: 2 * at, timeNs: at, process: at % 3, type: 'invoke', f, value: asked },
    { index: 2 * at + 1, timeNs: at, process: at % 3, type: 'ok', f, value: answered },
  ]);
  return History.of(ops);
}

const verdictOf = (checker: Checker, from: History): unknown => {
  const { valid, reason } = checker.check(from, unlimited);
  return reason === undefined ? valid : [valid, reason];
};

describe('object checkers and whatever stands in a history', () => {
  const anything = fc
    .jsonValue({ maxDepth: 2 })
    .map((value) => value as Json)
    .filter((value) => JSON.stringify(value).length < 200);
  for (const spec of specs)
    agreesOn(
      `${spec.name}: any JSON as question and answer is survived`,
      fc.array(fc.tuple(fc.nat(9), anything, anything, fc.nat(3)), { maxLength: 8 }),
      (steps) => {
        const ops = steps.flatMap(([at, asked, answered, outcome], step): Op[] => {
          const f = spec.operations[at % spec.operations.length]?.f ?? 'read';
          const type = (['ok', 'ok', 'fail', 'info'] as const)[outcome] ?? 'ok';
          const common = { timeNs: 0, process: step, f };
          return [
            { ...common, index: 2 * step, type: 'invoke', value: asked },
            { ...common, index: 2 * step + 1, type, value: answered },
          ];
        });
        for (const checker of checkersOf(spec)) checker.check(History.of(ops), unlimited);
      },
      40,
    );

  it('elements may be objects, whatever the order of their fields', () => {
    const from = history(['add', { a: 1, b: 2 }, null], ['read', null, [{ b: 2, a: 1 }]]);
    assert.equal(verdictOf(setFull(named('set')), from), true);
    const twice = history(['add', { a: 1 }, null], ['read', null, [{ a: 1 }, { a: 1 }]]);
    assert.equal(verdictOf(setFull(named('set')), twice), false);
  });

  it('1 and "1", 0 and null, and __proto__ are elements of their own', () => {
    const from = history(
      ['add', 1, null],
      ['add', '1', null],
      ['add', '__proto__', null],
      ['add', null, null],
      ['read', null, [1, '1', '__proto__', null]],
    );
    assert.equal(verdictOf(setFull(named('set')), from), true);
    assert.equal(verdictOf(setFull(named('set')), history(['add', 0, null], ['read', null, [null]])), false);
  });

  it('an answer of the wrong form decides nothing', () => {
    assert.deepEqual(verdictOf(setFull(named('set')), history(['read', null, 7])), [
      'unknown',
      'read by process 0 (ops 0–1) answered 7, which is no list',
    ]);
    assert.deepEqual(verdictOf(counterBounds(named('counter')), history(['read', null, 'many'])), [
      'unknown',
      'read by process 0 (ops 0–1) answered many, which is no number',
    ]);
  });

  it('fractions and huge amounts are not added up', () => {
    const fraction = history(['add', 0.1, null], ['add', 0.2, null], ['read', null, 0.3]);
    assert.deepEqual(verdictOf(counterBounds(named('counter')), fraction), [
      'unknown',
      'add 0.1 by process 0 (ops 0–1) moves no whole number',
    ]);
    const huge = history(['add', 9e15, null], ['add', 9e15, null], ['read', null, 18e15]);
    assert.deepEqual(verdictOf(counterBounds(named('counter')), huge), [
      'unknown',
      'the amounts are too large to be added up exactly',
    ]);
  });

  it('operations of another object are not judged', () => {
    assert.deepEqual(verdictOf(setFull(named('set')), history(['launch', 1, null])), [
      'unknown',
      'a set has no operation launch',
    ]);
    assert.deepEqual(verdictOf(neverOversold(named('register')), history(['read', null, null])), [
      'unknown',
      'nothing of a register can be sold',
    ]);
  });

  it('null in a queue looks like an empty queue', () => {
    const [checker] = objectCheckers(named('queue'));
    assert(checker);
    assert.deepEqual(verdictOf(checker, history(['enqueue', null, null], ['dequeue', null, null])), [
      'unknown',
      'null was enqueued, which looks like an empty queue when it is dequeued',
    ]);
  });

  it('thousands of wrong answers are counted, and few explained', () => {
    const phantoms = Array.from({ length: 5_000 }, (_, at) => at);
    const { anomalies, stats } = setFull(named('set')).check(history(['read', null, phantoms]), unlimited);
    assert.deepEqual([anomalies.length, stats['phantom']], [16, 5_000]);
  });

  it('the initial state is known from the beginning', () => {
    const gone = history(['read', null, [2]]);
    const { anomalies } = setFull(named('set'), { initial: [1, 2] }).check(gone, unlimited);
    assert.deepEqual(
      anomalies.map(({ explanation }) => explanation),
      [
        '1 was there from the beginning, yet read by process 0 (ops 0–1) misses it, and no later read shows it',
      ],
    );
    const bounds = counterBounds(named('counter'), { initial: 5 });
    assert.equal(verdictOf(bounds, history(['read', null, 5])), true);
    assert.equal(verdictOf(bounds, history(['read', null, 0])), false);
  });
});

describe('object checkers and their budgets', () => {
  for (const menu of menus)
    agreesOn(
      `${menu.spec.name}: a budget that is used up makes a verdict unknown, never another one`,
      fc.tuple(tapes, fc.nat(30)),
      ([tape, nodes]) => {
        const from = columnsOf(menu, tape);
        for (const checker of checkersOf(menu.spec)) {
          const { valid } = checker.check(from, nodeBudget(nodes));
          if (valid !== 'unknown') assert.equal(valid, checker.check(from, unlimited).valid);
        }
      },
      40,
    );
});

describe('object checkers of long histories', () => {
  it('a hundred thousand operations are no matter', () => {
    const steps = Array.from({ length: 100_000 }, (_, at) => ['add', at, null] as const);
    const all = steps.map(([, element]) => element);
    const from = history(...steps, ['read', null, all], ['read', null, all.slice(1)]);
    const { stats } = setFull(named('set')).check(from, unlimited);
    assert.deepEqual([stats['stable'], stats['lost']], [99_999, 1]);
  });

  it('a thousand reads of a growing set cost what they list', () => {
    const all: number[] = [];
    const steps = Array.from({ length: 1_000 }, (_, at): (readonly [string, Json, Json])[] => {
      all.push(at);
      return [
        ['add', at, null],
        ['read', null, [...all]],
      ];
    });
    const from = history(...steps.flat());
    const { valid, stats } = setFull(named('set'), { linearizable: true }).check(from, unlimited);
    assert.deepEqual([valid, stats['stable'], stats['stale']], [true, 1_000, 0]);
  });
});
