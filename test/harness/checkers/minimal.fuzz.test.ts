/** Minimal sub-histories of random invalid histories: refused for the same reason, by brute force too, and minimal. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../harness/checkers/budget.ts';
import type { Anomaly, Checker, Verdict } from '../../../harness/checkers/checker.ts';
import { checkerOf, objectCheckers } from '../../../harness/checkers/levels.ts';
import { linearizable } from '../../../harness/checkers/linearizable/linearizable.ts';
import { partitionsOf } from './calls.ts';
import { withMinimal } from '../../../harness/checkers/minimal.ts';
import { sourcesIn } from '../../../harness/checkers/minimalSources.ts';
import { History } from '../../../harness/columns/history.ts';
import { guarantees } from '../../../nodes/kernel/model.ts';
import { isLinearizable } from './bruteForce.ts';
import { agreesOn } from './fuzz.ts';
import { columnsOf, menus, tapes } from './objects/randomObjects.ts';
import { behaviours, correctHistory, drawFrom, spoiled } from './randomHistory.ts';
import { rowsOfEvents } from './subHistory.ts';

/** Each history is checked hundreds of times. */
const runs = 250;

const cases = fc.record({
  behaviour: fc.constantFrom(...behaviours),
  tape: fc.array(fc.nat(1 << 16), { minLength: 40, maxLength: 160 }),
  keys: fc.integer({ min: 1, max: 3 }),
});

const refusesAs = (checker: Checker, history: History, kind: string): boolean => {
  const { valid, anomalies } = checker.check(history, unlimited);
  return valid === false && anomalies.some((anomaly) => anomaly.kind === kind);
};

/** Those that were made small: eight, if there are so many, and the first of every kind among them. */
function minimised(
  anomalies: readonly Anomaly[],
  checker: string,
): { kind: string; minimal: readonly number[] }[] {
  const small = anomalies.flatMap(({ kind, minimal }) => (minimal === undefined ? [] : [{ kind, minimal }]));
  assert(small.length >= Math.min(8, anomalies.length), `enough anomalies of ${checker} are minimised`);
  const firsts = new Map(anomalies.toReversed().map((anomaly) => [anomaly.kind, anomaly]));
  for (const { kind, minimal } of firsts.values())
    assert(minimal !== undefined, `${kind} of ${checker} is minimised`);
  return small;
}

describe('minimal sub-histories', () => {
  agreesOn(
    'fail the same check in the same way, and lack nothing',
    cases,
    ({ behaviour, tape, keys }) => {
      const { spec } = behaviour;
      const draw = drawFrom(tape);
      const shape = { operations: 9, processes: 3, keys, crashOneIn: 8, failOneIn: 8 };
      const history = History.of(spoiled(correctHistory(behaviour, draw, shape), draw, 2));
      const checker = linearizable(spec);
      const verdict = checker.check(history, unlimited);
      const explained = withMinimal(history, checker, verdict, unlimited, { observers: spec.observers });
      assert.deepEqual(withoutMinimal(explained), withoutMinimal(verdict));
      if (verdict.valid !== false) return;
      const sources = sourcesIn(history, spec.observers);
      for (const { kind, minimal } of explained.anomalies) {
        assert(minimal !== undefined, 'every anomaly of a small history is minimised');
        const rows = rowsOfEvents(history, minimal);
        assert(refusesAs(checker, history.restrictedTo(rows), kind));
        const partitions = partitionsOf(history.restrictedTo(rows), spec);
        assert(partitions.some(({ calls }) => !isLinearizable(spec, calls)));
        for (const left of rows) {
          const without = sources.closure(rows.filter((row) => row !== left));
          const isSmaller = without.length < rows.length;
          assert(
            !isSmaller || !refusesAs(checker, history.restrictedTo(without), kind),
            `without row ${left}`,
          );
        }
      }
      assert.deepEqual(
        withMinimal(history, checker, verdict, unlimited, { observers: spec.observers }),
        explained,
      );
    },
    runs,
  );

  agreesOn(
    'of weaker levels fail the same check in the same way',
    cases,
    ({ tape, keys }) => {
      const draw = drawFrom(tape);
      const behaviour = behaviours[1];
      assert(behaviour?.spec.name === 'register', 'registers whose values are written once');
      const shape = { operations: 12, processes: 3, keys, crashOneIn: 8, failOneIn: 8 };
      const history = History.of(spoiled(correctHistory(behaviour, draw, shape), draw, 3));
      for (const level of guarantees) {
        const checker = checkerOf(level, { spec: behaviour.spec });
        const verdict = checker?.check(history, unlimited);
        if (!checker || verdict?.valid !== false) continue;
        const options = { observers: behaviour.spec.observers };
        const { anomalies, heldUntil } = withMinimal(history, checker, verdict, unlimited, options);
        for (const { kind, minimal } of minimised(anomalies, level)) {
          assert(refusesAs(checker, history.restrictedTo(rowsOfEvents(history, minimal)), kind), level);
        }
        assert(
          heldUntil !== undefined || anomalies.some(({ prefix }) => prefix),
          `${level} says how far it held`,
        );
      }
    },
    runs,
  );

  agreesOn(
    'of any object fail the same check in the same way',
    fc.record({ menu: fc.constantFrom(...menus), tape: tapes, keys: fc.integer({ min: 0, max: 2 }) }),
    ({ menu, tape, keys }) => {
      const { spec } = menu;
      const history = columnsOf(menu, tape, 8, keys);
      const levels = guarantees.flatMap((level) => checkerOf(level, { spec }) ?? []);
      for (const checker of [...levels, ...objectCheckers({ spec })]) {
        const verdict = checker.check(history, unlimited);
        const { anomalies } = withMinimal(history, checker, verdict, unlimited, {
          observers: spec.observers,
        });
        for (const { kind, minimal } of minimised(anomalies, checker.name)) {
          const rows = rowsOfEvents(history, minimal);
          assert(refusesAs(checker, history.restrictedTo(rows), kind), `${kind} of ${checker.name}`);
        }
      }
    },
    runs,
  );
});

function withoutMinimal({ anomalies, ...rest }: Verdict): unknown {
  const heldUntil = undefined;
  return { ...rest, heldUntil, anomalies: anomalies.map((anomaly) => ({ ...anomaly, minimal: undefined })) };
}
