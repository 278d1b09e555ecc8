import assert from 'node:assert/strict';
import fc from 'fast-check';
import { History } from '../../../../harness/columns/history.ts';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { coreOf } from '../../../../harness/checkers/linearizable/core.ts';
import { Effort } from '../../../../harness/checkers/linearizable/effort.ts';
import { furthestOf } from '../../../../harness/checkers/linearizable/furthest.ts';
import { searchOf } from '../../../../harness/checkers/linearizable/searchOf.ts';
import { orderOf } from '../../../../harness/checkers/linearizable/order.ts';
import { partsOf } from '../../../../harness/checkers/linearizable/parts.ts';
import type { Search } from '../../../../harness/checkers/linearizable/search.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { cutAt, firstWrongEnd, isLinearizable } from '../bruteForce.ts';
import { partitionsOf, type Call } from '../calls.ts';
import { agreesOn } from '../fuzz.ts';
import { behaviours, correctHistory, drawFrom, spoiled, type HistoryShape } from '../randomHistory.ts';
import { wingGongLowe } from './wingGongLowe.ts';

type Behaviour = (typeof behaviours)[number];

const tapes = fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 60 });
const longTapes = fc.array(fc.nat(0xffff), { minLength: 150, maxLength: 200 });

const small: HistoryShape = { operations: 6, processes: 3, keys: 1, crashOneIn: 5, failOneIn: 8 };
const crowded: HistoryShape = { operations: 9, processes: 5, keys: 1, crashOneIn: 3, failOneIn: 0 };
const long: HistoryShape = { operations: 25, processes: 4, keys: 1, crashOneIn: 6, failOneIn: 10 };

function historyOf(behaviour: Behaviour, tape: readonly number[], shape: HistoryShape): History {
  const draw = drawFrom(tape);
  const answers = draw(4);
  return History.of(spoiled(correctHistory(behaviour, draw, shape), draw, answers));
}

function callsOf(history: History, spec: SequentialSpec): readonly Call[] {
  return partitionsOf(history, spec)[0]?.calls ?? [];
}

function search(history: History, spec: SequentialSpec, slice = 1_000): Search {
  const parts = partsOf(history, spec);
  const rows = parts.count === 0 ? new Int32Array(0) : parts.rowsOf(0);
  const begun = searchOf(history, rows, spec, undefined, { wordsLeft: 1 << 26 });
  while (begun.status === 'searching') begun.run(slice);
  return begun;
}

/** The calls at places of a problem. */
function callsAt(calls: readonly Call[], { start }: Search['problem'], places: Iterable<number>): Call[] {
  return [...places].map((place) => {
    const call = calls.find((other) => other.start === start[place]);
    assert(call);
    return call;
  });
}

/** Steps through an order, and checks that it keeps to the intervals. */
function assertLegal(
  spec: SequentialSpec,
  calls: readonly Call[],
  order: readonly Call[],
  until: number,
): void {
  let state = spec.init();
  for (const [at, call] of order.entries()) {
    for (const later of order.slice(at + 1))
      assert(later.end > call.start, `${later.start} ended before ${call.start} began`);
    const next = spec.step(state, call.input, call.output);
    assert(next !== 'inconsistent', `${spec.describe(call.input, call.output)} in ${spec.nameOf(state)}`);
    state = next;
  }
  assert.equal(new Set(order).size, order.length);
  for (const call of calls) assert(call.end >= until || order.includes(call), `${call.start} is missing`);
}

function assertExplained(found: Search, calls: readonly Call[]): void {
  const { problem, automaton } = found;
  const { spec } = automaton;
  const { blocked, order, possible } = furthestOf(found, new Effort(unlimited, true));
  const [call] = callsAt(calls, problem, [blocked]);
  assert(call);
  assert.equal(call.end, firstWrongEnd(spec, calls));
  assertLegal(spec, calls, callsAt(calls, problem, order.place), call.end);
  assert(possible.size > 0);
}

/** What is left when all but some calls are relaxed. */
function relaxed(spec: SequentialSpec, calls: readonly Call[], kept: readonly Call[], end: number): Call[] {
  return cutAt(calls, end).flatMap((call) => {
    if (kept.some((other) => other.start === call.start)) return [call];
    return spec.observers.includes(call.input.f) ? [] : [{ ...call, output: 'unknown', end: Infinity }];
  });
}

describe('the window search', () => {
  for (const [at, behaviour] of behaviours.entries()) {
    const { spec } = behaviour;
    const title = `(${spec.name}, menu ${at})`;
    agreesOn(
      `agrees with brute force, proves what it accepts and explains what it refuses ${title}`,
      tapes,
      (tape) => {
        const history = historyOf(behaviour, tape, small);
        const calls = callsOf(history, spec);
        const found = search(history, spec);
        const expected = isLinearizable(spec, calls);
        assert.equal(found.status, expected ? 'linearizable' : 'not-linearizable');
        if (!expected) assertExplained(found, calls);
        else {
          const { place } = orderOf(found, Infinity);
          assertLegal(spec, calls, callsAt(calls, found.problem, place), Infinity);
        }
      },
      400,
    );

    agreesOn(
      `agrees with brute force when many operations are in flight or crash, in slices of any size ${title}`,
      fc.tuple(longTapes, fc.integer({ min: 1, max: 9 })),
      ([tape, slice]) => {
        const history = historyOf(behaviour, tape, crowded);
        const expected = isLinearizable(spec, callsOf(history, spec));
        const found = search(history, spec, slice);
        assert.equal(found.status, expected ? 'linearizable' : 'not-linearizable');
      },
      300,
    );

    agreesOn(
      `agrees with Wing, Gong and Lowe on longer histories ${title}`,
      longTapes,
      (tape) => {
        const history = historyOf(behaviour, tape, long);
        const expected = wingGongLowe(spec, callsOf(history, spec), 20_000);
        if (expected === undefined) return;
        assert.equal(search(history, spec).status, expected ? 'linearizable' : 'not-linearizable');
      },
      60,
    );

    agreesOn(
      `finds contradictions that hold on their own and lack nothing ${title}`,
      tapes,
      (tape) => {
        const history = historyOf(behaviour, tape, small);
        const calls = callsOf(history, spec);
        const found = search(history, spec);
        if (found.status === 'linearizable') return;
        const { blocked } = furthestOf(found, new Effort(unlimited, true));
        const core = callsAt(
          calls,
          found.problem,
          coreOf(found.automaton, found.problem, blocked, new Effort(unlimited, true)),
        );
        const end = found.problem.end[blocked] ?? 0;
        assert.equal(isLinearizable(spec, relaxed(spec, calls, core, end)), false);
        for (const call of core) {
          const others = core.filter((other) => other !== call);
          assert.equal(isLinearizable(spec, relaxed(spec, calls, others, end)), true);
        }
      },
      100,
    );
  }
});
