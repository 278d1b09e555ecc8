import assert from 'node:assert/strict';
import { check, CheckError, type CheckOptions } from '../../harness/check.ts';
import { nodeBudget, unlimited } from '../../harness/checkers/budget.ts';
import type { Checker } from '../../harness/checkers/checker.ts';
import { History } from '../../harness/columns/history.ts';
import type { EventInput, HistoryInput } from '../../harness/eventInput.ts';
import { MalformedHistory, type Op } from '../../harness/history.ts';
import { specs } from '../../harness/specs/index.ts';
import type { SequentialSpec } from '../../harness/specs/spec.ts';
import { defineSpec } from '../../harness/specs/define.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { parseDrawing } from './checkers/notation.ts';

const drawn = (drawing: string): readonly Op[] => parseDrawing(drawing).history;

const stale = drawn('p0  |- x: write 1 -|  |- x: write 2 -|  |- x: read -> 1 -|');
const fine = drawn('p0  |- x: write 1 -|  |- x: read -> 1 -|  |- x: read -x');

describe('check', () => {
  it('says that nothing is wrong, and what held', () => {
    const { valid, operations, levels, anomalies } = check(fine, { spec: 'register' });
    assert.deepEqual([valid, operations, anomalies], [true, { ok: 2, fail: 1, info: 0 }, []]);
    assert.deepEqual(levels, {
      held: ['linearizable'],
      violated: [],
      undecided: [],
      strongestHeld: ['linearizable'],
    });
  });

  it('proves what is wrong, with a minimal sub-history', () => {
    const { valid, levels, anomalies } = check(stale, { spec: 'register', guarantee: 'linearizable' });
    assert.deepEqual([valid, levels.violated], [false, ['linearizable']]);
    const [{ checker, kind, minimal } = { checker: '', kind: '', minimal: [] }] = anomalies;
    assert.deepEqual([checker, kind, minimal], ['linearizable', 'non-linearizable', [0, 1, 2, 3, 4, 5]]);
  });

  it('takes events, lines of JSON, columns, and events that leave out what is not needed', () => {
    const lines = stale.map((op) => JSON.stringify(op)).join('\n');
    const bare = stale.map(({ process, type, f, key, value }): EventInput => ({
      process,
      type,
      f,
      ...(key !== undefined && { key }),
      ...(value !== null && { value }),
    }));
    const judged = (history: HistoryInput): unknown => {
      const { checkers, ...result } = check(history, { spec: 'register' });
      return [result, checkers['linearizable']];
    };
    for (const history of [lines, `${lines}\n`, bare, History.of(stale), new Set(bare)])
      assert.deepEqual(judged(history), judged(stale));
  });

  it('measures how stale reads were where something is violated, in time only if events have times', () => {
    const stats = check(stale, { spec: 'register' }).checkers['staleness']?.stats;
    assert.deepEqual([stats?.['staleReads'], stats?.['leastK']], [1, 2]);
    assert((stats?.['ageMaxMs'] ?? 0) > 0);
    const untimed = stale.map(({ process, type, f, key = 'x', value }) => ({ process, type, f, key, value }));
    assert.equal(check(untimed, { spec: 'register' }).checkers['staleness']?.stats['ageMaxMs'], undefined);
    assert.equal(check(fine, { spec: 'register' }).checkers['staleness'], undefined);
  });

  it('asks for the strongest level on request, and says which held if it did not', () => {
    const { valid, levels } = check(stale, { spec: 'register', guarantee: 'strongest' });
    assert.equal(valid, false);
    assert(levels.violated.includes('linearizable'));
    assert(levels.held.length + levels.violated.length + levels.undecided.length > 5);
    assert.deepEqual(check(stale, { spec: 'register' }).levels.violated, ['linearizable']);
  });

  it('judges several levels at once', () => {
    const guarantee = ['linearizable', 'strict-serializable'] as const;
    const { levels, checkers } = check(fine, { spec: 'register', guarantee });
    assert.deepEqual(new Set(levels.held), new Set(guarantee));
    for (const level of guarantee) assert.equal(checkers[level]?.valid, true);
  });

  it('takes another initial value, and another meaning of answers', () => {
    const first = drawn('p0  |- x: read -> 7 -|');
    assert.equal(check(first, { spec: 'register' }).valid, false);
    assert.equal(check(first, { spec: 'register', initial: 7 }).valid, true);
    assert.throws(
      () => check([], { spec: 'unique-ids', initial: 7 }),
      /CheckError: unique-ids always begins/,
    );
    assert.throws(() => check([], { spec: 'set', initial: 7 }), /CheckError: no initial value of set/);
    const nothing = drawn('p0  |- x: write 1 -|  |- x: read -> null -|');
    assert.equal(check(nothing, { spec: 'register' }).valid, false);
    assert.equal(check(nothing, { spec: 'register', nilRead: 'unknown' }).valid, true);
    const mismatch = drawn('p0  |- x: write 1 -|  |- x: cas [1, 2] -x');
    assert.equal(check(mismatch, { spec: 'cas-register' }).valid, true);
    assert.equal(check(mismatch, { spec: 'cas-register', failedCas: 'constrain' }).valid, false);
  });

  it('takes a spec of your own', () => {
    const spec: SequentialSpec<boolean> = {
      name: 'flag',
      meaning: 'a flag that is raised once',
      operations: [
        { f: 'raise', invoked: 'null', answered: 'null' },
        { f: 'look', invoked: 'null', answered: 'true or false' },
      ],
      init: () => false,
      step: (state, { f }, output) => {
        if (f === 'raise') return true;
        return output === 'unknown' || output.value === state ? state : 'inconsistent';
      },
      nameOf: String,
      byKey: true,
      observers: ['look'],
      describe: ({ f }) => f,
    };
    assert.equal(check(drawn('p0  |- raise -|  |- look -> true -|'), { spec }).valid, true);
    assert.equal(check(drawn('p0  |- raise -|  |- look -> false -|'), { spec }).valid, false);
  });

  it('takes a spec that is defined by its steps alone', () => {
    const spec = defineSpec<readonly Json[]>({
      name: 'stack',
      init: [],
      step: (state, { f, value }, output) => {
        if (f === 'push') return [...state, value];
        if (f !== 'pop') throw new TypeError(`a stack has no operation ${f}`);
        return output === 'unknown' || output.value === (state.at(-1) ?? null)
          ? state.slice(0, -1)
          : 'inconsistent';
      },
    });
    const pushed = '|- push 1 -|  |- push 2 -|';
    assert.equal(check(drawn(`p0  ${pushed}  |- pop -> 2 -|`), { spec }).valid, true);
    assert.equal(check(drawn(`p0  ${pushed}  |- pop -> 1 -|`), { spec }).valid, false);
    assert.notEqual(check(drawn('p0  |- peek -|'), { spec }).valid, true);
  });

  it('runs further checkers', () => {
    const never: Checker = {
      name: 'never',
      meaning: '',
      check: () => ({ valid: 'unknown', anomalies: [], reason: 'who knows', stats: {} }),
    };
    const { valid, checkers } = check(fine, { spec: 'register', checkers: [never] });
    assert.deepEqual([valid, checkers['never']?.reason], ['unknown', 'who knows']);
  });

  it('is undecided when the budget is used up, whatever form it has', () => {
    for (const budget of [0, nodeBudget(0), { spend: () => false }])
      assert.notEqual(check(fine, { spec: 'register', budget }).valid, false);
    assert.equal(check(fine, { spec: 'register', budget: unlimited }).valid, true);
  });

  it('judges the empty history', () => {
    for (const { name } of specs) assert.notEqual(check([], { spec: name }).valid, false, name);
  });

  for (const [name, options, message] of [
    ['a spec that there is not', { spec: 'heap' }, /no spec 'heap'; there is register, cas-register/],
    ['no spec', { spec: undefined }, /no spec 'undefined'; there is register, cas-register/],
    [
      'a level that there is not',
      { guarantee: 'eventual' },
      /no guarantee 'eventual'; there is strict-serial/,
    ],
    [
      'a level of other objects',
      { guarantee: 'mutual-exclusion' },
      /register histories cannot be .* linearizable/,
    ],
    ['a meaning that there is not', { nilRead: 'maybe' }, /nilRead is value or unknown, not 'maybe'/],
    ['another one', { failedCas: 'ignore' }, /failedCas is drop or constrain, not 'ignore'/],
    ['no number of nodes', { budget: NaN }, /a budget is a number of search nodes, not NaN/],
  ] as const)
    it(`refuses ${name}`, () => {
      const given = { spec: 'register', ...options } as unknown as CheckOptions;
      assert.throws(
        () => check(fine, given),
        (error) => error instanceof CheckError && message.test(error.message),
      );
    });

  const invoke = { process: 0, type: 'invoke', f: 'read' };
  it('takes completions that do not repeat their key', () => {
    const events = [
      { process: 0, type: 'invoke', f: 'write', key: 'x', value: 1 },
      { process: 0, type: 'ok', f: 'write', value: 1 },
    ] as const;
    assert.equal(check(events, { spec: 'register' }).valid, true);
  });

  for (const [name, events, message] of [
    ['two operations of a process in flight', [invoke, invoke], /process 0 invokes while/],
    ['a completion of nothing', [{ ...invoke, type: 'ok' }], /completes what it never invoked/],
    [
      'a completion of another operation',
      [invoke, { ...invoke, type: 'ok', f: 'write' }],
      /process 0 completes 'read' as 'write'/,
    ],
    [
      'a completion of another key',
      [
        { ...invoke, key: 'x' },
        { ...invoke, type: 'ok', key: 'y' },
      ],
      /process 0 completes an operation on key 'x' as one on 'y'/,
    ],
    [
      'an operation that the spec has not',
      [{ ...invoke, f: 'pop' }],
      /event 0: 'pop' is no operation of register; it has/,
    ],
    ['no list', 7, /a history is a list of events, .*, not 7/],
    ['no event', ['read'], /event 0: expected an object, found 'read'/],
    [
      'no process',
      [{ ...invoke, process: 1.5 }],
      /event 0: process is a number from 0, or "nemesis", not 1.5/,
    ],
    ['no type', [{ ...invoke, type: 'done' }], /type is one of invoke, ok, fail, info, not 'done'/],
    ['no operation', [{ ...invoke, f: 7 }], /f is the name of the operation, not 7/],
    ['no key', [{ ...invoke, key: 7 }], /key is a string, not 7/],
    ['no time', [{ ...invoke, timeNs: '1' }], /timeNs is a number, not '1'/],
    [
      'a nemesis that completes',
      [{ ...invoke, process: 'nemesis', type: 'ok' }],
      /the nemesis writes only info/,
    ],
    ['events in another order', [{ ...invoke, index: 1 }], /its index is 1: events are missing/],
    ['values that are no JSON', [{ ...invoke, value: Infinity }], /event 0: the value holds a number beyond/],
    ['lines that are no JSON', '{"process":', /event 0 is not JSON: '{"process":'/],
  ] as const)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => check(events as unknown as readonly EventInput[], { spec: 'register' }),
        (error) => error instanceof MalformedHistory && message.test(error.message),
      );
    });
});
