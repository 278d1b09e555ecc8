/** The laws of sequential specs on which the search relies, for every spec. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameOfValue } from '../../../harness/specs/describe.ts';
import type { Output, SequentialSpec } from '../../../harness/specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { behaviours, drawFrom } from '../checkers/randomHistory.ts';

describe('every sequential spec', () => {
  const tapes = fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 40 });

  /** Calls `visit` with states that operations really lead to, and an operation with the answer it gets there. */
  function walk(
    behaviour: (typeof behaviours)[number],
    tape: readonly number[],
    visit: (state: unknown, asked: { f: string; value: Json }, output: Output, next: unknown) => void,
  ): void {
    const { spec } = behaviour;
    const draw = drawFrom(tape);
    let state = spec.init();
    for (let step = 1; step <= 8; step++) {
      const asked = behaviour.input(draw, step);
      const output = { value: behaviour.answer(state, asked) };
      const next = spec.step(state, asked, output);
      assert(next !== 'inconsistent', `${spec.describe(asked, output)} in ${spec.nameOf(state)}`);
      visit(state, asked, output, next);
      state = next;
    }
  }

  const holds = (law: string, check: (spec: SequentialSpec) => Parameters<typeof walk>[2]): void => {
    it(law, () => {
      for (const behaviour of behaviours)
        fc.assert(
          fc.property(tapes, (tape) => walk(behaviour, tape, check(behaviour.spec))),
          { seed: 5, numRuns: 200 },
        );
    });
  };

  holds('leaves its states alone', (spec) => (state, asked, output) => {
    const before = JSON.stringify(state);
    spec.step(state, asked, output);
    spec.step(state, asked, 'unknown');
    assert.equal(JSON.stringify(state), before);
  });

  holds('changes no state in an observer, whatever the answer', (spec) => (state, asked, _, next) => {
    if (!spec.observers.includes(asked.f)) return;
    assert.equal(spec.nameOf(next), spec.nameOf(state));
    assert.equal(spec.nameOf(spec.step(state, asked, 'unknown')), spec.nameOf(state));
  });

  holds(
    'does without an answer what it does with one that changes the state',
    (spec) => (state, asked, _, next) => {
      if (spec.nameOf(next) === spec.nameOf(state)) return;
      assert.equal(spec.nameOf(spec.step(state, asked, 'unknown')), spec.nameOf(next));
    },
  );

  it('promises in its footprints what its steps do, in every state and for every answer', () => {
    for (const behaviour of behaviours)
      fc.assert(
        fc.property(tapes, (tape) => {
          const { spec } = behaviour;
          if (!spec.footprint) return;
          const states: unknown[] = [];
          const done: { asked: { f: string; value: Json }; output: Output }[] = [];
          walk(behaviour, tape, (state, asked, output) => {
            states.push(state);
            done.push({ asked, output }, { asked, output: 'unknown' });
          });
          for (const state of states)
            for (const { asked, output } of done) assertKept(spec, state, asked, output);
        }),
        { seed: 5, numRuns: 200 },
      );
  });

  /** Compares a step with the footprint of the operation. */
  function assertKept(
    spec: SequentialSpec,
    state: unknown,
    asked: { f: string; value: Json },
    output: Output,
  ): void {
    const print = spec.footprint?.(asked, output) ?? {};
    const name = spec.nameOf(state);
    const isNeeded = !('needs' in print) || spec.nameOf(print.needs) === name;
    const fits = isNeeded && !('avoids' in print && spec.nameOf(print.avoids) === name);
    const next = spec.step(state, asked, output);
    const what = `${spec.describe(asked, output)} in ${name}`;
    assert.equal(next !== 'inconsistent', fits, what);
    if (next === 'inconsistent') return;
    if (print.grows) assert(spec.pathOf?.(next).startsWith(spec.pathOf(state)), what);
    else assert.equal(spec.nameOf(next), 'leaves' in print ? spec.nameOf(print.leaves) : name, what);
  }

  it('gives equal names to equal values alone', () => {
    const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(value, value, (a, b) => {
        let areEqual = true;
        try {
          assert.deepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        } catch {
          areEqual = false;
        }
        assert.equal(nameOfValue(a) === nameOfValue(b), areEqual);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
