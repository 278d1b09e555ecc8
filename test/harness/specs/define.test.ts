import assert from 'node:assert/strict';
import { unlimited } from '../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../harness/checkers/checker.ts';
import { linearizable } from '../../../harness/checkers/linearizable/linearizable.ts';
import { History } from '../../../harness/columns/history.ts';
import { defineSpec } from '../../../harness/specs/define.ts';
import { determinised } from '../../../harness/specs/nondeterministic.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { parseDrawing } from '../checkers/notation.ts';

/** The verdict on a drawing. */
function verdictOf(spec: SequentialSpec, ...lines: readonly string[]): Verdict {
  const { history } = parseDrawing(lines.join('\n'));
  return linearizable(spec).check(History.of(history), unlimited);
}

const stack = defineSpec<readonly Json[]>({
  name: 'stack',
  init: [],
  step(state, { f, value }, output) {
    if (f === 'push') return [...state, value];
    if (output === 'unknown') return state.slice(0, -1);
    return output.value === (state.at(-1) ?? null) ? state.slice(0, -1) : 'inconsistent';
  },
});

/** A register that may lose a write. */
const lossyRegister = determinised<Json>({
  name: 'lossy-register',
  init: () => [null],
  step(state, { f, value }, output) {
    if (f === 'write') return [state, value];
    return output === 'unknown' || output.value === state ? [state] : [];
  },
  observers: ['read'],
});

describe('a spec of your own', () => {
  it('a stack: what was pushed last is popped first', () => {
    const valid = verdictOf(
      stack,
      'p0  |- push 1 -|  |- push 2 -|  |- pop -> 2 -|',
      'p1                                              |- pop -> 1 -|  |- pop -> null -|',
    );
    assert.equal(valid.valid, true, valid.reason);
    const [anomaly] = verdictOf(
      stack,
      'p0  |- push 1 -|  |- push 2 -|  |- pop -> 1 -|',
      'p1                                              |- pop -> 2 -|',
    ).anomalies;
    assert.equal(
      anomaly?.explanation,
      'pop by process 0 (ops 4–5) answered 1, but wherever it may have taken effect, the state was [1,2]; ' +
        'it contradicts push 1 by process 0 (ops 0–1) and push 2 by process 0 (ops 2–3).',
    );
    assert.deepEqual(anomaly?.prefix, [
      { op: 0, state: '[1]' },
      { op: 2, state: '[1,2]' },
    ]);
  });

  it('starts from what it is told', () => {
    const counting = defineSpec<number>({
      name: 'counting',
      init: (initial) => Number(initial ?? 0),
      step: (state, _, output) =>
        output === 'unknown' || output.value === state ? state + 1 : 'inconsistent',
    });
    const { history } = parseDrawing('p0  |- next -> 7 -|  |- next -> 8 -|');
    const from = (initial: Json): unknown =>
      linearizable(counting, { initial }).check(History.of(history), unlimited).valid;
    assert.deepEqual([from(7), from(6)], [true, false]);
  });

  it('is told what is wrong with its definition, all at once', () => {
    assert.throws(
      () => defineSpec({ name: '', observers: [1] } as never),
      /no sequential spec: `name` must be a text; `step` must be .*; `init` must be .*; `observers` must be/,
    );
  });

  const pushing = (step: (state: Json) => Json): Verdict =>
    verdictOf(defineSpec<Json>({ name: 'bad', init: [], step }), 'p0  |- push 1 -|  |- push 2 -|');
  const cyclic: Json[] = [];
  cyclic.push(cyclic);

  for (const [what, step, says] of [
    [
      'changes a state in place',
      (state: Json): Json => {
        (state as Json[]).push(1);
        return state;
      },
      /the spec bad failed at 'push': it changes a state or a value in place, but must return a new one/,
    ],
    ['answers nothing', () => undefined as never, /the state after it holds undefined, which is no JSON/],
    ['answers what is no JSON', () => new Map() as never, /the state after it holds a Map, which is no JSON/],
    ['answers NaN in a list', () => [NaN], /holds NaN, which is no JSON/],
    ['answers a function', () => [() => 1] as never, /holds a function, which is no JSON/],
    ['answers what holds itself', () => cyclic, /holds itself, or is nested too deeply/],
    [
      'throws',
      () => {
        throw new Error('out of paper');
      },
      /the spec bad failed at 'push': out of paper/,
    ],
  ] as const)
    it(`makes no verdict when it ${what}, and the reason says so`, () => {
      const { valid, reason = '' } = pushing(step);
      assert.equal(valid, 'unknown');
      assert.match(reason, says);
    });

  it('makes no verdict when it has no first state', () => {
    const bad = defineSpec<Json>({ name: 'bad', init: () => undefined as never, step: (state) => state });
    const { valid, reason = '' } = verdictOf(bad, 'p0  |- push 1 -|');
    assert.equal(valid, 'unknown');
    assert.match(reason, /the spec bad failed before the first operation: the first state holds undefined/);
  });
});

describe('a spec that leaves a choice', () => {
  it('a lossy register: a write may be lost, but what was read stays', () => {
    const read = (...values: readonly Json[]): unknown => {
      const reads = values.map((value) => `  |- read -> ${JSON.stringify(value)} -|`).join('');
      return verdictOf(lossyRegister, `p0  |- write 1 -|  |- write 2 -|${reads}`).valid;
    };
    assert.deepEqual([read(2), read(1), read(null), read(2, 2), read(3)], [true, true, true, true, false]);
    assert.deepEqual([read(2, 1), read(1, 2), read(null, 1)], [false, false, false]);
  });

  it('explains with all states that were possible', () => {
    const [anomaly] = verdictOf(lossyRegister, 'p0  |- write 1 -|  |- read -> 3 -|').anomalies;
    assert.equal(
      anomaly?.explanation,
      'read by process 0 (ops 2–3) answered 3, but wherever it may have taken effect, the state was 1 or null.',
    );
  });

  it('gives up when too many states are possible at once', () => {
    const doubling = determinised<readonly number[]>({
      name: 'doubling',
      init: () => [[]],
      step: (state) => [
        [...state, 0],
        [...state, 1],
      ],
    });
    const flips = Array.from({ length: 20 }, () => '|- flip -|').join('  ');
    const { valid, reason = '' } = verdictOf(doubling, `p0  ${flips}`);
    assert.equal(valid, 'unknown');
    assert.match(reason, /more than 10000 states are possible at once/);
  });
});
