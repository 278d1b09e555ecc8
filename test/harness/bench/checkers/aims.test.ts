/** The aims in the README's table are those that `bench:checkers --help` shows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { benchCases } from '../../../../harness/bench/checkers/cases.ts';

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

/** By the words of the first column, the last one in milliseconds. */
const aims = new Map(
  [...readme.matchAll(/^\| (.*?) \|.*\| ([\d.]+) (ms|s) \|$/gm)].map(
    ([, name = '', amount, unit]) =>
      [name.replaceAll('`', ''), Number(amount) * (unit === 's' ? 1000 : 1)] as const,
  ),
);

describe('the table of benchmarks in the README', () => {
  it('has the aims of the cases that it names one by one', () => {
    const named = benchCases.filter(({ meaning }) => aims.has(meaning));
    assert(named.length >= 5, `only ${named.length} of the cases are found in the README`);
    for (const { meaning, aimMs } of named) assert.equal(aims.get(meaning), aimMs, meaning);
  });
});
