import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Impasse } from '../../../../harness/checkers/linearizable/impasse.ts';
import { partsOf } from '../../../../harness/checkers/linearizable/parts.ts';
import { between } from '../../../../harness/checkers/linearizable/problem.ts';
import { Search } from '../../../../harness/checkers/linearizable/search.ts';
import { searchOf } from '../../../../harness/checkers/linearizable/searchOf.ts';
import { registerHistory } from '../../../../harness/bench/checkers/registerHistory.ts';
import { withCorruptedRead } from '../../../../harness/bench/checkers/corruptRead.ts';
import { History } from '../../../../harness/columns/history.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { agreesOn } from '../fuzz.ts';
import { behaviours, correctHistory, drawFrom, spoiled, type HistoryShape } from '../randomHistory.ts';

const whole = { wordsLeft: 1 << 26 };

function begun(history: History, spec: SequentialSpec = casRegister): Search {
  return searchOf(history, partsOf(history, spec).rowsOf(0), spec, undefined, { ...whole });
}

function finished(search: Search): Search {
  while (search.status === 'searching') search.run(1_000);
  return search;
}

describe('what is contradicted by the last operations alone', () => {
  const shape: HistoryShape = { operations: 18, processes: 4, keys: 1, crashOneIn: 8, failOneIn: 10 };
  const few = behaviours.filter(({ spec }) => ['cas-register', 'register', 'lock'].includes(spec.name));
  const seen = { refuted: 0, possible: 0 };
  for (const [at, behaviour] of few.entries())
    agreesOn(
      `is contradicted by all (${behaviour.spec.name}, menu ${at})`,
      fc.tuple(fc.array(fc.nat(0xffff), { minLength: 220, maxLength: 260 }), fc.nat(0xffff)),
      ([tape, cutAt]) => {
        const draw = drawFrom(tape);
        const answers = 1 + draw(6);
        const history = History.of(spoiled(correctHistory(behaviour, draw, shape), draw, answers));
        if (partsOf(history, behaviour.spec).count === 0) return;
        const search = finished(begun(history, behaviour.spec));
        const { window, problem, automaton } = search;
        if (window.count < 2) return;
        // Any two completions: what lies between them, and whether it lets the later one be reached.
        const cut = 1 + (cutAt % (window.count - 1));
        const last = cut + ((cutAt >>> 5) % (window.count - cut));
        const since = window.end[cut - 1] ?? 0;
        const part = between(problem, since, window.end[last] ?? 0);
        const near = finished(new Search(automaton, part, { ...whole }, { limit: last + 1 - cut, since }));
        if (near.status === 'linearizable') seen.possible++;
        else {
          seen.refuted++;
          const until = finished(new Search(automaton, problem, { ...whole }, { limit: last + 1 }));
          assert.equal(until.status, 'not-linearizable', JSON.stringify({ cut, last }));
        }
      },
      400,
    );
  it('and is found in some', () => {
    assert(seen.refuted > 0 && seen.possible > 0, JSON.stringify(seen));
  });
});

describe('an impasse', () => {
  const longHistory = (seed: number): History =>
    registerHistory({ operations: 4_000, clients: 8, keys: 1, values: 5, seed });

  /** Searches with an eye on impasses. */
  function watched(search: Search): Search {
    const impasse = new Impasse(search);
    while (search.status === 'searching') {
      search.run(64);
      if (search.status === 'searching') impasse.look();
    }
    return search;
  }

  it('is seen long before all was tried, at the same completion', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const history = withCorruptedRead(longHistory(seed));
      const patient = finished(begun(history));
      const search = watched(begun(history));
      assert.equal(patient.status, 'not-linearizable');
      assert.equal(search.status, 'not-linearizable');
      assert.equal(search.farthest, patient.farthest);
      assert(search.nodes * 2 < patient.nodes, `${search.nodes} of ${patient.nodes}`);
    }
  });

  it('is never seen where there is none', () => {
    for (let seed = 1; seed <= 3; seed++)
      assert.equal(watched(begun(longHistory(seed))).status, 'linearizable');
  });
});
