import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { History } from '../../../../harness/columns/history.ts';
import { specialCases } from '../../../../harness/checkers/polynomial/index.ts';
import type { Decision } from '../../../../harness/checkers/polynomial/specialCase.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { parseDrawing } from '../notation.ts';
import { wholeOf } from './orders.ts';

const folder = new URL('../histories/polynomial/', import.meta.url);

function drawingsIn(name: string): [name: string, text: string][] {
  return readdirSync(new URL(`${name}/`, folder))
    .sort()
    .map((file) => [file.replace('.txt', ''), readFileSync(new URL(`${name}/${file}`, folder), 'utf8')]);
}

function decided(text: string): { decision: Decision | undefined; says: readonly string[] } {
  const { spec: name, history, says } = parseDrawing(text);
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  const part = wholeOf(History.of(history), spec);
  const decisions = specialCases.flatMap((special) => special.decide(part) ?? []);
  assert(decisions.length <= 1, 'two special cases decide the same history');
  return { decision: decisions[0], says };
}

describe('golden histories of special cases', () => {
  for (const [name, text] of drawingsIn('valid'))
    it(`${name} is linearizable`, () => {
      assert.deepEqual(decided(text).decision, { valid: true });
    });

  for (const [name, text] of drawingsIn('invalid'))
    it(`${name} is not linearizable, and says why`, () => {
      const { decision, says } = decided(text);
      assert(decision && !decision.valid);
      assert.deepEqual([decision.sentence], says);
    });

  for (const [name, text] of drawingsIn('undecided'))
    it(`${name}: no special case decides`, () => {
      assert.equal(decided(text).decision, undefined);
    });
});
