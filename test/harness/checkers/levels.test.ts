import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../harness/checkers/budget.ts';
import { checkerOf, defaultLevels, objectCheckers } from '../../../harness/checkers/levels.ts';
import { History } from '../../../harness/columns/history.ts';
import { specNamed, specs } from '../../../harness/specs/index.ts';
import { casRegister } from '../../../harness/specs/register.ts';
import { models } from '../../../nodes/index.ts';
import { guarantees, type NodeModel, type OptionValues } from '../../../nodes/kernel/model.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { workloadNamed } from '../../../workloads/index.ts';

/** Options in all combinations of their choices; numbers stay as they are by default. */
function optionValues({ options }: NodeModel): OptionValues[] {
  return options.reduce<OptionValues[]>(
    (all, option) => {
      const values = option.type === 'choice' ? option.choices : [option.default];
      return all.flatMap((some) => values.map((value) => ({ ...some, [option.name]: value })));
    },
    [{}],
  );
}

describe('levels', () => {
  for (const model of models)
    it(`whatever ${model.name} claims, with any options, has a checker for each of its workloads`, () => {
      const claimed = new Set(optionValues(model).flatMap((options) => model.claim(options).guarantees));
      assert(claimed.size > 0);
      for (const level of claimed)
        for (const name of model.workloads) {
          const checker = workloadNamed(name)?.checker(level);
          assert.equal(checker?.name, level, `${level} of the workload ${name}`);
        }
    });

  it('have a checker each, for some spec', () => {
    for (const level of guarantees)
      assert(
        specs.some((spec) => checkerOf(level, { spec }) !== null),
        `${level} has a checker`,
      );
  });

  it('are decided by checkers of their name, which take any history of their spec', () => {
    for (const spec of specs)
      for (const level of guarantees) {
        const checker = checkerOf(level, { spec });
        if (!checker) continue;
        assert.equal(checker.name, level);
        assert(checker.meaning.length > 10, `${level} of ${spec.name} says what it decides`);
        assert.notEqual(checker.check(History.of([]), nodeBudget(1_000)).valid, false);
      }
  });

  const beginnings: readonly [
    spec: string,
    initial: Json,
    f: string,
    asked: Json,
    answers: readonly Json[],
  ][] = [
    ['register', 1, 'read', null, [1]],
    ['append', [1, 2], 'read', null, [[1, 2]]],
    ['list-append', { x: [1] }, 'txn', [['r', 'x', null]], [[['r', 'x', [1]]]]],
    ['rw-register', { x: 1 }, 'txn', [['r', 'x', null]], [[['r', 'x', 1]]]],
    ['set', [1], 'read', null, [[1]]],
    ['queue', [null, 1], 'dequeue', null, [null, 1, null]],
    ['counter', 3, 'read', null, [3]],
    ['inventory', 3, 'read', null, [3]],
    ['bank', { a: 1 }, 'read', null, [{ a: 1 }]],
  ];
  for (const [name, initial, f, asked, answers] of beginnings)
    it(`do not refuse a ${name} that shows what was there in the beginning`, () => {
      const events = answers.flatMap((answer, at) => [
        { type: 'invoke' as const, process: 0, f, value: asked, index: 2 * at, timeNs: 2 * at },
        { type: 'ok' as const, process: 0, f, value: answer, index: 2 * at + 1, timeNs: 2 * at + 1 },
      ]);
      const spec = specNamed(name);
      assert(spec);
      const levels = guarantees.flatMap((level) => checkerOf(level, { spec, initial }) ?? []);
      for (const checker of [...levels, ...objectCheckers({ spec, initial })]) {
        const { valid, reason } = checker.check(History.of(events), unlimited);
        assert.notEqual(valid, false, checker.name);
        assert.equal(valid === 'unknown', reason !== undefined, checker.name);
      }
    });

  it('say nothing about objects that they do not concern', () => {
    assert.equal(checkerOf('mutual-exclusion', { spec: casRegister }), null);
    assert.equal(checkerOf('never-oversold', { spec: casRegister }), null);
    assert.equal(checkerOf('read-committed', { spec: casRegister }), null);
  });

  it('have a default for every spec: the strongest that it has', () => {
    for (const spec of specs)
      for (const level of defaultLevels(spec)) assert(checkerOf(level, { spec }), `${level} of ${spec.name}`);
    assert.deepEqual(defaultLevels(casRegister), ['linearizable']);
  });
});
