import assert from 'node:assert/strict';
import { growths, benchCases } from '../../../../harness/bench/checkers/cases.ts';
import type { BenchCase, Measured } from '../../../../harness/bench/checkers/benchCase.ts';
import { median, summaryOf } from '../../../../harness/bench/checkers/rounds.ts';
import { describeGrowth, growthOf, tableOf } from '../../../../harness/bench/checkers/table.ts';
import { schemaProblems } from '../../../../harness/schemas/validate.ts';
import { runCommand } from '../../../command.ts';

const benchCase = (name: string, aimMs: number): BenchCase => ({
  name,
  meaning: `the case ${name}`,
  aimMs,
  prepare: () => ({ operations: 1, run: () => 'valid', expected: 'valid' }),
});
const measured = (milliseconds: number, result = 'valid', expected = 'valid'): Measured => ({
  operations: milliseconds * 10,
  preparationMs: 5,
  milliseconds,
  cpuMs: 2 * milliseconds,
  peakMib: milliseconds,
  result,
  expected,
});

describe('bench:checkers', () => {
  it('sums the rounds of a case up', () => {
    const summary = summaryOf(benchCase('a', 10), [measured(30), measured(10), measured(20)]);
    assert.deepEqual(summary.milliseconds, [10, 20, 30]);
    assert.equal(summary.medianMs, 20);
    assert.equal(summary.peakMib, 30);
    assert.equal(median([1, 2, 3, 10]), 2.5);
  });

  it('knows an answer that is not the expected one, in any round', () => {
    const isExpected = (...rounds: Measured[]): boolean => summaryOf(benchCase('a', 1), rounds).isExpected;
    assert.ok(isExpected(measured(1), measured(1)));
    assert.ok(!isExpected(measured(1), measured(1, 'unknown: no time')));
    assert.ok(isExpected(measured(1, 'invalid: G1a, G0', 'invalid: G0')));
    assert.ok(!isExpected(measured(1, 'invalid: G1a', 'invalid: G0')));
    assert.ok(!isExpected(measured(1, 'valid', 'invalid: G0')));
    assert.ok(!isExpected(measured(1, 'invalid: G0')));
  });

  it('shows figures beside their aims', () => {
    const summaries = [
      summaryOf(benchCase('small', 10), [measured(9)]),
      summaryOf(benchCase('large', 10), [measured(90, 'unknown: no time')]),
    ];
    assert.deepEqual(tableOf(summaries).split('\n'), [
      'case                      median          from – to      cpu      aim  prepared in    peak  result',
      'small: the case small     9.0 ms    9.0 ms – 9.0 ms  18.0 ms  10.0 ms       5.0 ms   9 MiB  valid',
      'large: the case large  90.0 ms !  90.0 ms – 90.0 ms   180 ms  10.0 ms       5.0 ms  90 MiB  NOT EXPECTED: unknown: no time',
    ]);
    const pairs = [
      { small: 'small', large: 'large' },
      { small: 'small', large: 'absent' },
    ];
    assert.deepEqual(growthOf(pairs, summaries).map(describeGrowth), [
      'large has 10 times the operations of small, and takes 10 times as long',
    ]);
  });

  it('has cases with names of their own, and grows only between them', () => {
    const names = benchCases.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { small, large } of growths) assert.ok(names.includes(small) && names.includes(large));
  });

  it('measures a case in a process of its own, and prints JSON that its schema describes', async () => {
    const { code, stdout, stderr } = await runCommand([
      'bench-checkers',
      '--only',
      'cas-30',
      '--rounds',
      '2',
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const printed: unknown = JSON.parse(stdout);
    assert.deepEqual(schemaProblems('benchCheckers', printed), []);
    const { rounds, cases } = printed as { rounds: number; cases: ReturnType<typeof summaryOf>[] };
    assert.equal(rounds, 2);
    assert.deepEqual(
      cases.map(({ name, operations, result }) => [name, operations, result]),
      [['cas-30-clients', 1000, 'valid']],
    );
    assert.equal(cases[0]?.milliseconds.length, 2);
    assert.match(stderr, /^cas-30-clients: .* ms/);
  });

  it('refuses words that no case has, and a folder that is not there', async () => {
    for (const [args, words] of [
      [['--only', 'nonsense'], /no case has 'nonsense'.*reading-1m/],
      [['--histories', '/nowhere'], /no folder \/nowhere/],
    ] as const) {
      const { code, stderr } = await runCommand(['bench-checkers', ...args]);
      assert.equal(code, 254);
      assert.match(stderr, words);
    }
  });
});
