import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Checker } from '../../../../harness/checkers/checker.ts';
import { setFull } from '../../../../harness/checkers/objects/index.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { isLinearizable } from '../bruteForce.ts';
import { partitionsOf } from '../calls.ts';
import { agreesOn } from '../fuzz.ts';
import { checkersOf } from './checkersOf.ts';
import { columnsOf, menus, tapes } from './randomObjects.ts';

/** All that a linearizable history of this object must not be refused by. */
function impliedCheckers(spec: SequentialSpec): readonly Checker[] {
  return [...checkersOf(spec), ...(spec.name === 'set' ? [setFull(spec, { linearizable: true })] : [])];
}

describe('a linearizable history of an object passes every checker of it', () => {
  for (const menu of menus) {
    let linearizable = 0;
    agreesOn(
      menu.spec.name,
      fc.tuple(tapes, fc.integer({ min: 1, max: 2 })),
      ([tape, keys]) => {
        const history = columnsOf(menu, tape, 6, keys);
        const isGood = partitionsOf(history, menu.spec).every(({ calls }) =>
          isLinearizable(menu.spec, calls),
        );
        if (!isGood) return;
        linearizable++;
        for (const checker of impliedCheckers(menu.spec)) {
          const { valid, anomalies } = checker.check(history, unlimited);
          assert.notEqual(valid, false, `${checker.name}: ${anomalies[0]?.explanation}`);
        }
      },
      300,
    );
    it(`${menu.spec.name}: enough histories were linearizable`, () => {
      assert.ok(linearizable > 15, `${linearizable}`);
    });
  }
});
