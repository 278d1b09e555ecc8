import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../harness/checkers/budget.ts';
import { checkerOf, defaultLevels, objectCheckers } from '../../../harness/checkers/levels.ts';
import { History } from '../../../harness/columns/history.ts';
import { implies } from '../../../harness/guarantees.ts';
import { judgedOf } from '../../../harness/judged.ts';
import { specNamed, specs } from '../../../harness/specs/index.ts';
import { casRegister } from '../../../harness/specs/register.ts';
import { models } from '../../../nodes/index.ts';
import {
  guarantees,
  type Guarantee,
  type NodeModel,
  type OptionValues,
} from '../../../nodes/kernel/model.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';
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
    for (const name of model.workloads)
      it(`what ${model.name} claims of ${name} is judged: by that level, or by what stands for it`, () => {
        const workload = workloadNamed(name);
        assert(workload);
        const options = { ...defaultOptions(model), ...model.defaultsFor?.(name) };
        const claim = model.claim(options);
        assert(claim.guarantees.length > 0);
        const { levels, instead } = judgedOf(workload, claim, null);
        for (const level of levels) assert.equal(workload.checker(level)?.name, level);
        const isJudged = (level: Guarantee): boolean =>
          levels.some((judged) => implies(judged, level)) || (instead[level]?.length ?? 0) > 0;
        assert(claim.guarantees.some(isJudged));
      });

  for (const model of models)
    it(`whatever ${model.name} claims, with any options, has a checker in some workload`, () => {
      const claimed = new Set(optionValues(model).flatMap((options) => model.claim(options).guarantees));
      const served = model.workloads.flatMap((name) => workloadNamed(name) ?? []);
      for (const level of claimed)
        assert(
          served.some((workload) => workload.checker(level)?.name === level),
          `${level} has a checker`,
        );
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

  it('hold wherever one order explains all answers, also where values were written again', () => {
    const steps = (...answers: readonly Json[]): History =>
      History.of(
        [
          { process: 0, type: 'invoke' as const, f: 'write', value: 1 },
          { process: 0, type: 'ok' as const, f: 'write', value: 1 },
          { process: 1, type: 'invoke' as const, f: 'write', value: 1 },
          { process: 1, type: 'ok' as const, f: 'write', value: 1 },
          ...answers.flatMap((value) => [
            { process: 2, type: 'invoke' as const, f: 'read', value: null },
            { process: 2, type: 'ok' as const, f: 'read', value },
          ]),
        ].map((event, index) => ({ ...event, index, timeNs: index })),
      );
    const weak = guarantees.filter((level) => implies('sequential', level) && level !== 'sequential');
    assert.equal(weak.length, 8);
    for (const level of weak) {
      const valid = (history: History): unknown =>
        checkerOf(level, { spec: casRegister })?.check(history, unlimited).valid;
      assert.equal(valid(steps(null, 1, 1)), true, level);
      // No order explains this, and that alone refutes nothing weaker.
      assert.notEqual(valid(steps(1, null)), true, level);
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
