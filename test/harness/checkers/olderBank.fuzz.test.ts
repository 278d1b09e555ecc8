/** Banks whose accounts nobody opens: right if they are from some balances, whichever these were. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../harness/checkers/budget.ts';
import { checkerOf } from '../../../harness/checkers/levels.ts';
import { History } from '../../../harness/columns/history.ts';
import type { Op } from '../../../harness/history.ts';
import { bank } from '../../../harness/specs/bank.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { isLinearizable } from './bruteForce.ts';
import { partitionsOf, type Call } from './calls.ts';
import { agreesOn } from './fuzz.ts';
import { drawFrom, type Draw } from './randomHistory.ts';

const total = 2;
const processes = 3;

function asked(draw: Draw): { readonly f: string; readonly value: Json } {
  const [from = '', to = ''] = draw(2) === 0 ? ['a', 'b'] : ['b', 'a'];
  return draw(2) === 0
    ? { f: 'read', value: null }
    : { f: 'transfer', value: { from, to, amount: 1 + draw(2) } };
}

function answered(f: string, value: Json, draw: Draw): Pick<Op, 'type' | 'value'> {
  if (f === 'transfer' && draw(6) === 0) return { type: 'info', value };
  if (f === 'transfer') return { type: 'ok', value: draw(4) === 0 ? false : value };
  const held = draw(4);
  return { type: 'ok', value: { a: held, b: total - held } };
}

/** Events of a few processes; one that got no answer does nothing more. */
function historyFrom(tape: readonly number[]): Op[] {
  const draw = drawFrom(tape);
  const open = new Map<number, { readonly f: string; readonly value: Json }>();
  const gone = new Set<number>();
  const events: Op[] = [];
  for (let at = 0; at < 16; at++) {
    const process = draw(processes);
    if (gone.has(process)) continue;
    const operation = open.get(process);
    const place = { index: events.length, timeNs: events.length, process };
    if (operation === undefined) {
      const next = asked(draw);
      open.set(process, next);
      events.push({ ...place, type: 'invoke', ...next });
    } else {
      open.delete(process);
      const answer = answered(operation.f, operation.value, draw);
      if (answer.type === 'info') gone.add(process);
      events.push({ ...place, f: operation.f, ...answer });
    }
  }
  return events;
}

/** Whether some balances at first explain the calls. Those of reads are few, and whoever is poor refuses everything. */
function isRightFromSomewhere(holds: (spec: SequentialSpec) => boolean): boolean {
  const from = (initial: Json): boolean => holds({ ...bank, init: () => bank.init(initial) });
  for (let held = -20; held <= 20; held++) if (from({ a: held, b: total - held })) return true;
  return from({ a: -100, b: -100 });
}

/** Tries every way of putting the calls of all processes into one order. */
function isSequential(spec: SequentialSpec, calls: readonly Call[]): boolean {
  const search = (left: readonly Call[], state: unknown): boolean => {
    if (left.every(({ end }) => end === Infinity)) return true;
    const heads = left.filter(
      (call, at) =>
        left.findIndex(
          (other) => other.operation.invocation.process === call.operation.invocation.process,
        ) === at,
    );
    return heads.some((call) => {
      const next = spec.step(state, call.input, call.output);
      return (
        next !== 'inconsistent' &&
        search(
          left.filter((other) => other !== call),
          next,
        )
      );
    });
  };
  return search(calls, spec.init());
}

describe('a bank that was there before the history', () => {
  const histories = fc.array(fc.nat(), { minLength: 30, maxLength: 60 }).map(historyFrom);
  const twins = { linearizable: isLinearizable, sequential: isSequential };
  for (const level of ['linearizable', 'sequential'] as const)
    agreesOn(
      `is ${level} if it is from some balances`,
      histories,
      (events) => {
        const history = History.of(events);
        const [partition] = partitionsOf(history, bank);
        const found = checkerOf(level, { spec: bank })?.check(history, unlimited);
        const isRight = isRightFromSomewhere((spec) => twins[level](spec, partition?.calls ?? []));
        assert.equal(found?.valid, isRight);
      },
      300,
    );

  it('is still one that begins with what is said, or with what is opened', () => {
    const shows = (value: Json, ...before: readonly Omit<Op, 'index' | 'timeNs' | 'process'>[]): History =>
      History.of(
        [
          ...before,
          { type: 'invoke' as const, f: 'read', value: null },
          { type: 'ok' as const, f: 'read', value },
        ].map((event, index) => ({ ...event, index, timeNs: index, process: 0 })),
      );
    const spec = bank as SequentialSpec;
    const isRight = (history: History, initial?: Json): unknown =>
      checkerOf('linearizable', { spec, ...(initial === undefined ? {} : { initial }) })?.check(
        history,
        unlimited,
      ).valid;
    assert.equal(isRight(shows({ a: 1 })), true);
    assert.equal(isRight(shows({ a: 1 }), { a: 2 }), false);
    const opens = { f: 'open', value: { a: 2 } };
    const opened = [
      { type: 'invoke' as const, ...opens },
      { type: 'ok' as const, ...opens },
    ];
    assert.equal(isRight(shows({ a: 1 }, ...opened)), false);
    assert.equal(isRight(shows({ a: 2 }, ...opened)), true);
    const failed = [
      { type: 'invoke' as const, ...opens },
      { type: 'fail' as const, ...opens },
    ];
    assert.equal(isRight(shows({ a: 2 }, ...failed)), false);
  });
});
