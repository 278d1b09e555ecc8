import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellsOf } from '../../../../harness/checkers/polynomial/cells.ts';
import { ambiguous, clustersOf, forget } from '../../../../harness/checkers/polynomial/clusters.ts';
import { repeatsEarly } from '../../../../harness/checkers/polynomial/repeats.ts';
import type { Part } from '../../../../harness/checkers/polynomial/specialCase.ts';
import { History } from '../../../../harness/columns/history.ts';
import { casRegister, register } from '../../../../harness/specs/register.ts';
import type { Op } from '../../../../harness/history.ts';
import { agreesOn } from '../fuzz.ts';
import { behaviours } from '../randomHistory.ts';
import { historiesOf } from './histories.ts';
import { wholeOf } from './orders.ts';

/** What the clusters of a whole register say, with nothing left out. */
function isAmbiguous(part: Part): boolean {
  const cells = cellsOf(part);
  if (!cells) return true;
  try {
    return clustersOf(cells) === ambiguous;
  } finally {
    forget(cells);
  }
}

/** The operations of a history follow one another, so that every read is explained by what was written last. */
function inTurn(operations: readonly (readonly [f: string, value: unknown])[]): History {
  return History.of(
    operations.flatMap(([f, value], at) => [
      { index: 2 * at, timeNs: 0, process: 0, type: 'invoke', f, value: f === 'read' ? null : value } as Op,
      { index: 2 * at + 1, timeNs: 0, process: 0, type: 'ok', f, value } as Op,
    ]),
  );
}

describe('registers whose values repeat are recognised by their first operations', () => {
  const few = behaviours.filter(({ spec }) => spec.name === 'register' || spec.name === 'cas-register');
  let early = 0;
  for (const behaviour of few)
    agreesOn(
      `and clusters say so too (${behaviour.spec.name})`,
      fc
        .tuple(historiesOf({ behaviour, operations: 40 }), fc.constantFrom<unknown>(undefined, 0, 1))
        .map(([ops, initial]) => ({ ops, initial: initial as Part['initial'] })),
      ({ ops, initial }) => {
        const part = { ...wholeOf(History.of(ops), behaviour.spec), initial };
        if (!repeatsEarly(part)) return;
        early++;
        assert(isAmbiguous(part), JSON.stringify(ops));
      },
    );
  it('which is often', () => {
    assert(early > 0, String(early));
  });

  it('not when a read that nothing explains comes first', () => {
    const writes = [1, 1, 1, 1, 1, 1].map((value) => ['write', value] as const);
    const history = inTurn([['read', 7], ...writes, ['read', 1]]);
    assert.equal(repeatsEarly(wholeOf(history, register)), false);
  });

  it('not when what repeats is never read', () => {
    const writes = Array.from({ length: 8 }, () => ['write', 1] as const);
    assert.equal(repeatsEarly(wholeOf(inTurn(writes), register)), false);
  });

  it('when what was there at first is written again and read', () => {
    const rest = [0, 0, 0, 0, 0].map((value) => ['read', value] as const);
    const history = inTurn([['write', 0], ...rest]);
    assert.equal(repeatsEarly({ ...wholeOf(history, casRegister), initial: 0 }), true);
    assert.equal(repeatsEarly(wholeOf(history, casRegister)), false);
  });
});
