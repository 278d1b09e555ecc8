import { History } from '../../../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../../harness/checkers/checker.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { operationsOf, type Op } from '../../../../harness/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { parseDrawing } from '../notation.ts';

const folder = new URL('../histories/', import.meta.url);

function drawingsIn(name: string): [name: string, text: string][] {
  const files = readdirSync(new URL(`${name}/`, folder)).sort();
  return files.map((file) => [
    file.replace('.txt', ''),
    readFileSync(new URL(`${name}/${file}`, folder), 'utf8'),
  ]);
}

function verdictOf(name: string, history: readonly Op[]): Verdict {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  return linearizable(spec).check(History.of(history), unlimited);
}

describe('golden histories', () => {
  for (const [name, text] of drawingsIn('valid'))
    it(`${name} is linearizable`, () => {
      const { spec, history } = parseDrawing(text);
      const { valid, anomalies } = verdictOf(spec, history);
      assert.deepEqual({ valid, anomalies }, { valid: true, anomalies: [] });
    });

  for (const [name, text] of drawingsIn('invalid'))
    it(`${name} is not linearizable, and says why`, () => {
      const { spec, says, history } = parseDrawing(text);
      const { valid, anomalies } = verdictOf(spec, history);
      assert.equal(valid, false);
      assert.deepEqual(
        anomalies.map(({ explanation }) => explanation),
        says,
      );
      const invocations = operationsOf(history).map(({ invocation }) => invocation.index);
      for (const { ops, prefix = [] } of anomalies) {
        assert.deepEqual(
          ops,
          [...ops].sort((a, b) => a - b),
        );
        // Every operation that the explanation names is among those that prove it.
        const named = [...says.join().matchAll(/\(ops? (\d+)(?:–(\d+))?/g)].flatMap(([, from, to]) => [
          from,
          to ?? from,
        ]);
        for (const index of named) assert(ops.includes(Number(index)), `op ${index} is not in ${ops.join()}`);
        for (const { op } of prefix) assert(invocations.includes(op));
      }
    });
});
