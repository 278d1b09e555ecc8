import assert from 'node:assert/strict';
import { nodeBudget } from '../../../harness/checkers/budget.ts';
import type { Anomaly, Checker, Validity, Verdict } from '../../../harness/checkers/checker.ts';
import { judgeHistory, type Judgement, type Question } from '../../../harness/checkers/judgement.ts';
import { History } from '../../../harness/columns/history.ts';
import type { Guarantee } from '../../../nodes/kernel/model.ts';

const proof: Anomaly = { kind: 'wrong', ops: [0], explanation: 'the first operation is wrong' };

/** Answers this after spending so much; a search that has not that much uses up whatever there is. */
const checkerThat = (name: string, valid: Validity, cost: number): Checker => ({
  name,
  meaning: '',
  check: (_, budget): Verdict => {
    for (let spent = 0; spent < cost; spent++)
      if (!budget.spend(1)) return { valid: 'unknown', anomalies: [], reason: 'too long', stats: {} };
    return { valid, anomalies: valid === false ? [proof] : [], stats: {} };
  },
});

const endless = 1_000_000;

function judged(
  levels: readonly Guarantee[],
  checkers: readonly Checker[],
  strongest: Question['strongest'],
  always: readonly Checker[] = [],
): Judgement {
  return judgeHistory(History.of([]), {
    levels,
    checkerOf: (level) => checkers.find(({ name }) => name === level) ?? null,
    whyNot: () => 'nobody can judge that',
    always,
    budget: nodeBudget(10_000),
    strongest,
    minimal: {},
  });
}

describe('a judgement', () => {
  it('leaves budget for the other levels where the asked one is a search without an end', () => {
    const checkers = [checkerThat('linearizable', true, endless), checkerThat('ccv', true, 100)];
    const { valid, levels } = judged(['linearizable'], checkers, 'asked');
    assert.equal(valid, 'unknown');
    assert.deepEqual([levels.strongestHeld, levels.undecided], [['ccv'], ['linearizable']]);
  });

  it('divides the budget among the levels asked', () => {
    const checkers = [checkerThat('linearizable', true, endless), checkerThat('ccv', false, 100)];
    const { valid, checkers: verdicts } = judged(['linearizable', 'ccv'], checkers, 'never');
    assert.equal(valid, false);
    assert.equal(verdicts.get('ccv')?.valid, false);
  });

  it('takes the refutation of a weaker level for one of the level asked', () => {
    const checkers = [checkerThat('linearizable', true, endless), checkerThat('monotonic-reads', false, 100)];
    const { valid, levels, checkers: verdicts } = judged(['linearizable'], checkers, 'asked');
    assert.equal(valid, false);
    assert.deepEqual(levels.violated, ['linearizable', 'monotonic-reads']);
    assert.deepEqual(
      verdicts.get('linearizable')?.anomalies.map(({ kind }) => kind),
      ['wrong'],
    );
  });

  it('says what was found out when a level was asked again', () => {
    const checkers = [checkerThat('ccv', true, 2_600), checkerThat('pram', true, 10)];
    const { valid, levels } = judged(['ccv', 'pram'], checkers, 'asked');
    assert.deepEqual([valid, levels.strongestHeld], [true, ['ccv', 'pram']]);
    assert.equal(judged(['ccv', 'pram'], checkers, 'when-violated').valid, true);
  });

  it('spends what it has on the levels asked where the strongest one is an extra, and little on that', () => {
    const checkers = [checkerThat('linearizable', true, 600), checkerThat('ccv', true, 9_000)];
    const { valid, levels } = judged(['ccv'], checkers, 'extra');
    assert.deepEqual([valid, levels.strongestHeld, levels.undecided], [true, ['ccv'], ['linearizable']]);
  });

  it('is unknown where an asked level could not be judged, though a stronger one held', () => {
    const unsure = checkerThat('convergence', 'unknown', 1);
    const { valid, levels } = judged(
      ['linearizable', 'convergence'],
      [checkerThat('linearizable', true, 1), unsure],
      'asked',
    );
    assert.deepEqual([valid, levels.held], ['unknown', ['linearizable', 'convergence']]);
  });

  it('names a level once that is asked and applies always', () => {
    const fence = checkerThat('mutual-exclusion', false, 1);
    assert.deepEqual(judged(['mutual-exclusion'], [fence], 'never', [fence]).deciding, ['mutual-exclusion']);
  });

  it('gives the reason why nobody can judge a level', () => {
    const { valid, checkers } = judged(['serializable'], [], 'when-violated');
    assert.deepEqual([valid, checkers.get('serializable')?.reason], ['unknown', 'nobody can judge that']);
  });
});
