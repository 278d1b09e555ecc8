/** Drawn histories that tell the levels apart: each says which levels refuse it and why; the others accept it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { unlimited } from '../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../harness/checkers/checker.ts';
import { checkerOf } from '../../../harness/checkers/levels.ts';
import { History } from '../../../harness/columns/history.ts';
import { implies } from '../../../harness/guarantees.ts';
import { specNamed } from '../../../harness/specs/index.ts';
import type { Guarantee } from '../../../nodes/kernel/model.ts';
import { parseDrawing } from './notation.ts';
import { valueLevels } from './valueLevels.ts';

const folder = new URL('histories/levels/', import.meta.url);

/** The levels whose sentences stand in the drawings, and those that only tell them apart. */
const told = valueLevels;
const levels: readonly Guarantee[] = ['linearizable', 'regular', ...told];

function verdictsOf(file: string): { says: readonly string[]; verdicts: ReadonlyMap<Guarantee, Verdict> } {
  const { spec: name, says, history } = parseDrawing(readFileSync(new URL(file, folder), 'utf8'));
  const spec = specNamed(name);
  assert(spec, `no spec ${name}`);
  const columns = History.of(history);
  const verdicts = levels.flatMap((level) => {
    const verdict = checkerOf(level, { spec })?.check(columns, unlimited);
    return verdict ? [[level, verdict] as const] : [];
  });
  return { says, verdicts: new Map(verdicts) };
}

describe('drawn histories tell the levels apart', () => {
  const drawings = readdirSync(folder)
    .sort()
    .map((file) => [file.replace('.txt', ''), verdictsOf(file)] as const);

  for (const [name, { says, verdicts }] of drawings)
    it(`${name}: every level that refuses it says why`, () => {
      const sentences = told.flatMap((level) =>
        (verdicts.get(level)?.anomalies ?? []).map(
          ({ kind, explanation }) => `${level}: ${kind}: ${explanation}`,
        ),
      );
      assert.deepEqual(sentences, says);
      for (const level of told) {
        const isRefused = says.some((line) => line.startsWith(`${level}: `));
        assert.equal(verdicts.get(level)?.valid, !isRefused, level);
      }
    });

  it('every operation that a sentence names is among those that prove it', () => {
    for (const [name, { verdicts }] of drawings)
      for (const level of told)
        for (const { explanation, ops } of verdicts.get(level)?.anomalies ?? [])
          for (const [, from, to] of explanation.matchAll(/\(ops? (\d+)(?:–(\d+))?/g))
            for (const index of [from, to ?? from])
              assert(ops.includes(Number(index)), `${name}, ${level}: op ${index}`);
  });

  for (const stronger of levels)
    for (const weaker of levels)
      if (!implies(stronger, weaker))
        it(`${stronger} does not imply ${weaker}`, () => {
          const isApart = drawings.some(
            ([, { verdicts }]) =>
              verdicts.get(stronger)?.valid === true && verdicts.get(weaker)?.valid === false,
          );
          assert(isApart, 'no drawing accepts the one and refuses the other');
        });
});
