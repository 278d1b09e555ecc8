import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../../harness/checkers/checker.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { specNamed } from '../../../../harness/specs/index.ts';
import { parseDrawing } from '../notation.ts';
import { checkersOf } from './checkersOf.ts';

const folder = new URL('../histories/objects/invalid/', import.meta.url);

/** Drawn histories that are refused for their final reads alone. */
const refusedInTheEnd = [
  'replicas-diverged',
  'lost-register-replaced',
  'lost-register-is-initial-again',
  'key-resurrected',
  'lost-element',
  'lost-increment',
];

const heal: Op = { index: 0, timeNs: 0, process: 'nemesis', type: 'info', f: 'heal', value: null };

/** What the checker of a drawing says of it when the nemesis acts before it, or after it. */
function verdictOf(name: string, healed: 'before' | 'after'): Verdict {
  const drawn = parseDrawing(readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
  const spec = specNamed(drawn.spec);
  assert(spec, `no spec ${drawn.spec}`);
  const checker = checkersOf(spec).find((one) => one.name === drawn.checker);
  assert(checker, `${drawn.spec} has no checker ${drawn.checker}`);
  const lastNs = drawn.history.at(-1)?.timeNs ?? 0;
  const events =
    healed === 'before' ? [heal, ...drawn.history] : [...drawn.history, { ...heal, timeNs: lastNs + 1 }];
  return checker.check(History.of(events.map((event, index) => ({ ...event, index }))), unlimited);
}

describe('the end of a history', () => {
  for (const name of refusedInTheEnd) {
    it(`comes after everything was healed: ${name} is undecided if that comes later`, () => {
      assert.equal(verdictOf(name, 'after').valid, 'unknown');
    });

    it(`comes after everything was healed: ${name} is refused if that came before`, () => {
      assert.equal(verdictOf(name, 'before').valid, false);
    });
  }
});
