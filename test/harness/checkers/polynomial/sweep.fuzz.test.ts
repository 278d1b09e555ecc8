import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeBudget } from '../../../../harness/checkers/budget.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { partsOf } from '../../../../harness/checkers/linearizable/parts.ts';
import { registers } from '../../../../harness/checkers/polynomial/registers.ts';
import { sweepRowsMin, sweptKeys } from '../../../../harness/checkers/polynomial/sweep.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { kv } from '../../../../harness/specs/kv.ts';
import { casRegister, register, type Cell } from '../../../../harness/specs/register.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { agreesOn } from '../fuzz.ts';
import { correctHistory, drawFrom, spoiled, type Draw } from '../randomHistory.ts';
import type { Behaviour } from './histories.ts';
import { isAllowed } from './orders.ts';

/** Reads and writes of values that are drawn by `valueOf`. */
const written = (valueOf: (draw: Draw, unique: number) => Json): Behaviour => ({
  spec: register,
  input: (draw, unique) =>
    draw(2) === 0 ? { f: 'read', value: null } : { f: 'write', value: valueOf(draw, unique) },
  answer: (state, { f, value }) => (f === 'read' ? (state as Cell).value : value),
});

/** Every value is written once, and to one key. */
const unique = written((_, own) => own);
/** Values that are written again, to other keys too, or were there at first. */
const shared = written((draw, own) => {
  const choice = draw(12);
  return choice < 6 ? own : choice < 10 ? own - (choice - 5) : choice === 10 ? 1 : null;
});
/** Null has three names. */
const absent: Behaviour = {
  spec: kv,
  input: (draw, own) =>
    draw(2) === 0
      ? { f: 'get', value: null }
      : { f: 'put', value: draw(3) > 0 ? `${own}` : draw(2) === 0 ? '' : [] },
  answer: (state, { f, value }) => (f === 'get' ? (state as Cell).value : value),
};
/** Some operations compare. */
const compared: Behaviour = {
  ...unique,
  spec: casRegister,
  input: (draw, own) => (draw(8) === 0 ? { f: 'cas', value: [own - 1, own] } : unique.input(draw, own)),
  answer: (state, input) =>
    input.f === 'cas' && (state as Cell).value !== (input.value as readonly Json[])[0]
      ? false
      : unique.answer(state, input),
};

interface Swept {
  readonly ops: readonly Op[];
  readonly isSpoiled: boolean;
  readonly initial: Json | undefined;
}

const histories = (behaviour: Behaviour, initials: readonly (Json | undefined)[]): fc.Arbitrary<Swept> =>
  fc
    .record({
      operations: fc.integer({ min: 2, max: 20 }),
      processes: fc.integer({ min: 2, max: 5 }),
      keys: fc.integer({ min: 1, max: 3 }),
      crashOneIn: fc.constantFrom(0, 3, 6),
      failOneIn: fc.constantFrom(0, 8),
      isSpoiled: fc.boolean(),
      initial: fc.constantFrom(...initials),
      tape: fc.array(fc.nat(), { minLength: 40, maxLength: 160, size: 'max' }),
    })
    .map(({ tape, isSpoiled, initial, ...shape }) => {
      const draw = drawFrom(tape);
      const ops = correctHistory(behaviour, draw, shape);
      return { ops: isSpoiled ? spoiled(ops, draw, 1 + draw(2)) : ops, isSpoiled, initial };
    });

describe('what the sweep over all registers calls linearizable is', () => {
  const seen = { swept: 0, givenUp: 0 };
  const agrees =
    ({ spec }: Behaviour, isExact: boolean) =>
    ({ ops, isSpoiled, initial }: Swept): void => {
      const history = History.of(ops);
      const parts = partsOf(history, spec);
      const isSwept = sweptKeys(history, spec, parts, initial);
      for (let part = 0; part < parts.count; part++) {
        const data = { history, spec, rows: parts.rowsOf(part), initial };
        seen[isSwept[part] === 1 ? 'swept' : 'givenUp']++;
        if (isSwept[part] === 1) {
          assert(isAllowed(data), `key ${part}: ${JSON.stringify(ops)}`);
          assert.notEqual(registers.decide(data)?.valid, false);
        } else assert(!isExact || isSpoiled, `key ${part} was given up: ${JSON.stringify(ops)}`);
      }
    };
  agreesOn('values of one key', histories(unique, [undefined, null]), agrees(unique, true), 600);
  agreesOn('shared values', histories(shared, [undefined, 1, 'a']), agrees(shared, false), 600);
  agreesOn('values that mean null', histories(absent, [undefined, '']), agrees(absent, false), 300);
  agreesOn('some cas', histories(compared, [undefined]), agrees(compared, false), 300);
  it('and many keys are, and are not', () => {
    assert(seen.swept > 500 && seen.givenUp > 500, JSON.stringify(seen));
  });
});

describe('a long history of registers', () => {
  const keys = 20;
  /** Every process writes to and reads from its own key, one after the other; one read may answer another value. */
  const history = (spoil?: { readonly operation: number; readonly back: number }): History => {
    const ops: Op[] = [];
    const last = new Array<number[]>(keys).fill([]).map((): number[] => [0]);
    for (let operation = 0; operation <= sweepRowsMin; operation++) {
      const process = operation % keys;
      const values = last[process] ?? [];
      const isRead = Math.floor(operation / keys) % 2 === 1;
      if (!isRead) values.push(operation + 1);
      const back = operation === spoil?.operation ? spoil.back : 1;
      const value = isRead ? (values.at(-back) ?? null) : operation + 1;
      const op = { timeNs: 0, process, f: isRead ? 'read' : 'write', key: `k${process}` };
      ops.push({ ...op, index: ops.length, type: 'invoke', value: isRead ? null : value });
      ops.push({ ...op, index: ops.length, type: 'ok', value });
    }
    return History.of(ops);
  };
  const budget = nodeBudget(1_000_000);

  it('is decided without a search', () => {
    const { valid, stats } = linearizable(register).check(history(), budget);
    assert.equal(valid, true);
    assert.equal(stats['keys decided by registers with unique writes'], keys);
    assert.equal(stats['searchNodes'], 0);
  });

  it('and one stale read in it is told as in a short one', () => {
    const operation = 30 * keys + 5 + keys;
    const { valid, anomalies } = linearizable(register).check(history({ operation, back: 2 }), budget);
    assert.equal(valid, false);
    assert.deepEqual(
      anomalies.map(({ key, ops }) => ({ key, last: ops.at(-1) })),
      [{ key: 'k5', last: 2 * operation + 1 }],
    );
  });
});
