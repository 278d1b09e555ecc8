import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../../harness/checkers/checker.ts';
import type { AnomalyKind } from '../../../../harness/checkers/transactions/findings.ts';
import {
  isolation,
  isolationLevels,
  levelsRefutedBy,
  type IsolationLevel,
} from '../../../../harness/checkers/transactions/isolation.ts';
import { History } from '../../../../harness/columns/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { parseTransactions, type DrawnTransactions } from './drawing.ts';

const folder = new URL('../histories/transactions/', import.meta.url);

function verdictOf({ spec: name, history }: DrawnTransactions, level: IsolationLevel): Verdict {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  return isolation(level, spec).check(History.of(history), unlimited);
}

describe('golden histories of transactions', () => {
  for (const file of readdirSync(folder).sort()) {
    const drawn = parseTransactions(readFileSync(new URL(file, folder), 'utf8'));
    const { finds, says, holds } = drawn;
    it(`${file.replace('.txt', '')}: ${finds.length === 0 ? 'nothing is wrong' : finds.join(', ')}`, () => {
      const strict = verdictOf(drawn, 'strict-serializable');
      assert.deepEqual(
        strict.anomalies.map(({ kind, explanation }) => [kind, explanation]),
        finds.map((kind, at) => [kind, says[at]]),
      );
      const refuted = new Set(finds.flatMap((kind) => levelsRefutedBy(kind as AnomalyKind)));
      for (const level of isolationLevels)
        assert.equal(verdictOf(drawn, level).valid, !refuted.has(level), `${level} of ${file}`);
      const held = isolationLevels.filter((level) => !refuted.has(level)).join(', ');
      const names = { [isolationLevels.join(', ')]: 'all', '': 'none' };
      assert.equal(names[held] ?? held, holds);
      // Every operation that an explanation names is among those that prove it.
      for (const { ops, explanation } of strict.anomalies) {
        assert.deepEqual(
          ops,
          [...ops].sort((a, b) => a - b),
        );
        const named = [...explanation.matchAll(/\(ops? (\d+)(?:–(\d+))?/g)].flatMap(([, from, to]) => [
          from,
          to ?? from,
        ]);
        for (const index of named) assert(ops.includes(Number(index)), `op ${index} is not in ${ops.join()}`);
      }
    });
  }
});
