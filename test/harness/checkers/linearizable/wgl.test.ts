import { History } from '../../../../harness/columns/history.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Automaton } from '../../../../harness/checkers/linearizable/automaton.ts';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { partitionsOf, type Call } from '../../../../harness/checkers/linearizable/calls.ts';
import { coreOf } from '../../../../harness/checkers/linearizable/core.ts';
import { furthestOf } from '../../../../harness/checkers/linearizable/furthest.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { Search } from '../../../../harness/checkers/linearizable/wgl.ts';
import type { Op } from '../../../../harness/history.ts';
import { kv } from '../../../../harness/specs/kv.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { cutAt, firstWrongEnd, isLinearizable } from '../bruteForce.ts';
import { behaviours, correctHistory, drawFrom, spoiled, type HistoryShape } from '../randomHistory.ts';

const tapes = fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 60 });
const longTapes = fc.array(fc.nat(0xffff), { minLength: 80, maxLength: 100 });
const seed = 20_240_607;

function searched(spec: SequentialSpec, calls: readonly Call[]): { automaton: Automaton; search: Search } {
  const automaton = new Automaton(spec);
  const search = new Search(automaton, calls, { wordsLeft: 1 << 24 });
  while (search.status === 'searching') search.run(1_000);
  return { automaton, search };
}

/** Steps through an order, and checks that it keeps to the intervals. */
function assertLegal(spec: SequentialSpec, calls: readonly Call[], order: readonly Call[]): void {
  let state = spec.init();
  for (const [at, call] of order.entries()) {
    for (const later of order.slice(at + 1))
      assert(later.end > call.start, `${later.start} ended before ${call.start} began`);
    const next = spec.step(state, call.input, call.output);
    assert(next !== 'inconsistent', `${spec.describe(call.input, call.output)} in ${spec.nameOf(state)}`);
    state = next;
  }
  for (const call of calls) assert(call.end === Infinity || order.includes(call), `${call.start} is missing`);
}

const small: HistoryShape = { operations: 6, processes: 3, keys: 1, crashOneIn: 5, failOneIn: 8 };

const crowded: HistoryShape = { operations: 9, processes: 5, keys: 1, crashOneIn: 3, failOneIn: 0 };

function smallHistory(behaviour: (typeof behaviours)[number], tape: readonly number[]): Op[] {
  const draw = drawFrom(tape);
  const answers = draw(4);
  return spoiled(correctHistory(behaviour, draw, small), draw, answers);
}

describe('the Wing–Gong–Lowe search', () => {
  for (const [at, behaviour] of behaviours.entries()) {
    const { spec } = behaviour;
    it(`agrees with brute force on every verdict, and proves it (${spec.name}, menu ${at})`, () => {
      const verdicts = { true: 0, false: 0 };
      fc.assert(
        fc.property(tapes, (tape) => {
          const calls = partitionsOf(History.of(smallHistory(behaviour, tape)), spec)[0]?.calls ?? [];
          const { automaton, search } = searched(spec, calls);
          const expected = isLinearizable(spec, calls);
          verdicts[`${expected}`]++;
          assert.equal(search.status, expected ? 'linearizable' : 'not-linearizable');
          if (expected)
            assertLegal(
              spec,
              calls,
              search.order().map(({ call }) => call),
            );
          else assert.equal(furthestOf(automaton, calls).blocked.end, firstWrongEnd(spec, calls));
        }),
        { seed, numRuns: 1_500 },
      );
      // A generator that only makes histories of one kind would test nothing.
      assert(verdicts.true > 150 && verdicts.false > 50, JSON.stringify(verdicts));
    });

    it(`agrees with brute force when many operations are in flight or crash (${spec.name}, menu ${at})`, () => {
      fc.assert(
        fc.property(longTapes, (tape) => {
          const draw = drawFrom(tape);
          const answers = draw(4);
          const history = spoiled(correctHistory(behaviour, draw, crowded), draw, answers);
          const calls = partitionsOf(History.of(history), spec)[0]?.calls ?? [];
          const expected = isLinearizable(spec, calls) ? 'linearizable' : 'not-linearizable';
          for (const looksAhead of [true, false]) {
            const automaton = new Automaton(spec);
            const search = new Search(automaton, calls, { wordsLeft: 1 << 24 }, { looksAhead });
            while (search.status === 'searching') search.run(7);
            assert.equal(search.status, expected);
          }
        }),
        { seed, numRuns: 400 },
      );
    });

    it(`finds contradictions that hold on their own and lack nothing (${spec.name}, menu ${at})`, () => {
      fc.assert(
        fc.property(tapes, (tape) => {
          const calls = partitionsOf(History.of(smallHistory(behaviour, tape)), spec)[0]?.calls ?? [];
          const { automaton, search } = searched(spec, calls);
          if (search.status === 'linearizable') return;
          const { blocked } = furthestOf(automaton, calls);
          const core = coreOf(automaton, calls, blocked);
          const isKept = (kept: readonly Call[], { start }: Call): boolean =>
            kept.some((other) => other.start === start);
          const keeping = (kept: readonly Call[]): Call[] =>
            cutAt(calls, blocked.end).flatMap((call) => {
              if (isKept(kept, call)) return [call];
              return spec.observers.includes(call.input.f)
                ? []
                : [{ ...call, output: 'unknown', end: Infinity }];
            });
          assert.equal(isLinearizable(spec, keeping(core)), false);
          for (const call of core)
            assert.equal(isLinearizable(spec, keeping(core.filter((other) => other !== call))), true);
        }),
        { seed, numRuns: 300 },
      );
    });
  }

  it('lets no open operation take effect before it was invoked, whatever was tried before', () => {
    const event = (
      type: Op['type'],
      process: number,
      f: string,
      value: string | null,
      index: number,
    ): Op => ({
      index,
      timeNs: index,
      process,
      type,
      f,
      value,
    });
    const history = [
      event('invoke', 0, 'append', 'a', 0),
      event('invoke', 1, 'append', 'x', 1),
      event('ok', 1, 'append', 'x', 2),
      event('invoke', 2, 'append', 'b', 3),
      event('invoke', 3, 'get', null, 4),
      event('ok', 3, 'get', 'bx', 5),
    ];
    const answered = (text: string): Op[] =>
      history.map((op) => (op.type === 'ok' && op.f === 'get' ? { ...op, value: text } : op));
    const legal = ['x', 'ax', 'xa', 'xb', 'axb', 'xab', 'xba'];
    for (const text of [...legal, 'bx', 'abx', 'bax', 'a', 'b', ''])
      assert.equal(
        linearizable(kv).check(History.of(answered(text)), unlimited).valid,
        legal.includes(text),
        `read '${text}'`,
      );
  });

  it('forgets what an observer had allowed when it takes that observer back', () => {
    const lines: [Op['type'], number, string, Op['value']][] = [
      ['invoke', 0, 'write', 1],
      ['invoke', 1, 'read', null],
      ['ok', 1, 'read', 1],
      // Only the write of 1 can explain the first read, so this cas cannot, and neither can explain the last one.
      ['invoke', 2, 'cas', [null, 1]],
      ['invoke', 3, 'write', 2],
      ['ok', 3, 'write', 2],
      ['invoke', 4, 'read', null],
      ['ok', 4, 'read', 1],
    ];
    const history = lines.map(([type, process, f, value], index): Op => ({
      index,
      timeNs: index,
      process,
      type,
      f,
      value,
    }));
    assert.equal(linearizable(casRegister).check(History.of(history), unlimited).valid, false);
  });

  it('takes a correct history of many operations, crashes and keys as it is', () => {
    for (const behaviour of behaviours) {
      for (let first = 1; first <= 5; first++) {
        let state = first;
        const draw = (below: number): number => ((state = (state * 48_271) % 2_147_483_647) >>> 8) % below;
        const shape = { operations: 300, processes: 6, keys: 4, crashOneIn: 30, failOneIn: 20 };
        const history = correctHistory(behaviour, draw, shape);
        const verdict = linearizable(behaviour.spec).check(History.of(history), unlimited);
        assert.equal(verdict.valid, true, `${behaviour.spec.name}: ${JSON.stringify(verdict.anomalies)}`);
      }
    }
  });
});
