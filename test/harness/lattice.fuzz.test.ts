import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeBudget } from '../../harness/checkers/budget.ts';
import type { Validity } from '../../harness/checkers/checker.ts';
import { checkerOf } from '../../harness/checkers/levels.ts';
import { History } from '../../harness/columns/history.ts';
import { implies } from '../../harness/guarantees.ts';
import type { Op } from '../../harness/history.ts';
import { specNamed } from '../../harness/specs/index.ts';
import { guarantees, type Guarantee } from '../../nodes/kernel/model.ts';
import { sessionHistories } from './checkers/causal/randomSessions.ts';
import { agreesOn } from './checkers/fuzz.ts';
import { behaviours, correctHistory, drawFrom, spoiled } from './checkers/randomHistory.ts';

/** What the checker of every level answers that says something about histories of this spec. */
function verdictsOn(history: readonly Op[], name: string): ReadonlyMap<Guarantee, Validity> {
  const spec = specNamed(name);
  assert(spec);
  const columns = History.of(history);
  return new Map(
    guarantees.flatMap((level) => {
      const checker = checkerOf(level, { spec });
      return checker ? [[level, checker.check(columns, nodeBudget(1_000_000)).valid] as const] : [];
    }),
  );
}

/** No level below one that accepts the history refuses it. */
function assertMonotone(history: readonly Op[], name: string): void {
  const verdicts = verdictsOn(history, name);
  for (const [stronger, above] of verdicts)
    for (const [weaker, below] of verdicts)
      if (above === true && below === false)
        assert(!implies(stronger, weaker), `${stronger} accepts what ${weaker} refuses`);
}

/** Histories of a correct object, and such with a few answers exchanged. */
function nearlyCorrect(name: string): fc.Arbitrary<readonly Op[]> {
  const own = behaviours.filter(({ spec }) => spec.name === name);
  return fc.array(fc.nat(1 << 20), { minLength: 60, maxLength: 120 }).map((tape) => {
    const draw = drawFrom(tape);
    const behaviour = own[draw(own.length)];
    assert(behaviour);
    const shape = {
      operations: 3 + draw(12),
      processes: 1 + draw(4),
      keys: 1 + draw(3),
      crashOneIn: draw(2) * 8,
      failOneIn: draw(2) * 8,
    };
    return spoiled(correctHistory(behaviour, draw, shape), draw, draw(4));
  });
}

describe('what a level accepts, no weaker level refuses', () => {
  const shape = { operationsMax: 8, processesMax: 4, keysMax: 2, openOneIn: 8, withCas: true };
  agreesOn('on registers with cas', sessionHistories(shape), (history) =>
    assertMonotone(history, 'cas-register'),
  );
  agreesOn('on registers', sessionHistories({ ...shape, withCas: false }), (history) =>
    assertMonotone(history, 'register'),
  );
  agreesOn(
    'where values are written again',
    sessionHistories({ ...shape, withRepeats: true }),
    (history) => assertMonotone(history, 'cas-register'),
    500,
  );
  for (const name of ['register', 'cas-register', 'kv', 'append'])
    agreesOn(
      `on nearly correct histories of ${name}`,
      nearlyCorrect(name),
      (history) => assertMonotone(history, name),
      500,
    );
});
