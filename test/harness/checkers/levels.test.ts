import assert from 'node:assert/strict';
import { nodeBudget } from '../../../harness/checkers/budget.ts';
import { checkerOf, defaultLevels } from '../../../harness/checkers/levels.ts';
import { History } from '../../../harness/columns/history.ts';
import { specs } from '../../../harness/specs/index.ts';
import { casRegister } from '../../../harness/specs/register.ts';
import { models } from '../../../nodes/index.ts';
import { guarantees, type NodeModel, type OptionValues } from '../../../nodes/kernel/model.ts';
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
