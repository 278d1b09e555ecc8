import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../../../harness/checkers/checker.ts';
import { History } from '../../../../harness/columns/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { parseDrawing, type DrawnHistory } from '../notation.ts';
import { checkersOf } from './checkersOf.ts';

const folder = new URL('../histories/objects/', import.meta.url);

function drawingsIn(name: string): [name: string, drawn: DrawnHistory][] {
  const files = readdirSync(new URL(`${name}/`, folder)).sort();
  return files.map((file) => [
    file.replace('.txt', ''),
    parseDrawing(readFileSync(new URL(`${name}/${file}`, folder), 'utf8')),
  ]);
}

function checkerOf({ spec: name, checker }: DrawnHistory): Checker {
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  const found = checkersOf(spec).find((one) => one.name === checker);
  assert(found, `${name} has no checker ${checker}`);
  return found;
}

const verdictOn = (drawn: DrawnHistory): Verdict =>
  checkerOf(drawn).check(History.of(drawn.history), unlimited);

describe('golden histories of objects', () => {
  for (const [name, drawn] of drawingsIn('valid'))
    it(`${name} passes ${drawn.checker}`, () => {
      const { valid, anomalies, reason } = verdictOn(drawn);
      assert.deepEqual({ valid, anomalies, reason }, { valid: true, anomalies: [], reason: undefined });
    });

  for (const [name, drawn] of drawingsIn('unknown'))
    it(`${name} is undecided for ${drawn.checker}, and it says why`, () => {
      const { valid, anomalies, reason } = verdictOn(drawn);
      assert.deepEqual(
        { valid, anomalies, reason },
        { valid: 'unknown', anomalies: [], reason: drawn.says[0] },
      );
    });

  for (const [name, drawn] of drawingsIn('invalid'))
    it(`${name} is refused by ${drawn.checker}, and it says why`, () => {
      const { valid, anomalies } = verdictOn(drawn);
      assert.equal(valid, false);
      assert.deepEqual(
        anomalies.map(({ explanation }) => explanation),
        drawn.says,
      );
      for (const { ops, explanation } of anomalies) {
        assert.deepEqual(
          ops,
          [...new Set(ops)].sort((a, b) => a - b),
        );
        // Every operation that the explanation names is among those that prove it.
        const named = [...explanation.matchAll(/\(ops? (\d+)(?:–(\d+))?/g)];
        for (const [, from, to = from] of named)
          for (const index of [from, to])
            assert(ops.includes(Number(index)), `op ${index} is not in ${ops.join()}`);
      }
    });
});
