import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { specialCases } from '../../../../harness/checkers/polynomial/index.ts';
import { deltaAtomic } from '../../../../harness/checkers/staleness/deltaAtomic.ts';
import { regular } from '../../../../harness/checkers/staleness/regular.ts';
import { staleness } from '../../../../harness/checkers/staleness/staleness.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { counter } from '../../../../harness/specs/counter.ts';
import { append, kv } from '../../../../harness/specs/kv.ts';
import { queue } from '../../../../harness/specs/queue.ts';
import { casRegister, register } from '../../../../harness/specs/register.ts';
import { set } from '../../../../harness/specs/set.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { agreesOn } from '../fuzz.ts';
import { isAllowed, wholeOf } from './orders.ts';

const specs: readonly SequentialSpec[] = [register, casRegister, kv, queue, set, append, counter];

const atom = fc.constantFrom<Json>(
  null,
  false,
  true,
  0,
  -0,
  1,
  2,
  -1,
  0.5,

  2 ** 53,
  1e300,
  '',
  'a',
  '__proto__',
  'null',
  '1',
  [],
  {},
  [null],
  [[]],
  [1],
  [1, 2],
  [2, 1],
  [1, 1],
  ['a', ''],
  [null, 1],
  [1, null],
  ['__proto__'],
  { a: 1 },
  JSON.parse('{"__proto__":1}') as Json,
);

/** Any operations of a spec, or what it does not know, with any values, one after the other or overlapping. */
const strangeHistories = fc
  .record({
    spec: fc.constantFrom(...specs),
    initial: fc.option(atom, { nil: undefined }),
    operations: fc.array(
      fc.record({
        f: fc.integer({ min: 0, max: 5 }),
        asked: atom,
        answered: atom,
        end: fc.constantFrom<Op['type']>('ok', 'ok', 'ok', 'fail', 'info'),
        isOverlapping: fc.boolean(),
        timeNs: fc.constantFrom(0, 5, -3, 1e300, Infinity),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ spec, initial, operations }) => {
    const history: Op[] = [];
    const record = (op: Omit<Op, 'index'>): void => void history.push({ ...op, index: history.length });
    const late: Omit<Op, 'index'>[] = [];
    for (const [
      process,
      { f: number, asked, answered, end, isOverlapping, timeNs },
    ] of operations.entries()) {
      const f = spec.operations[number % spec.operations.length]?.f ?? 'read';
      record({ timeNs, process, type: 'invoke', f, value: asked });
      const completion = { timeNs, process, type: end, f, value: end === 'ok' ? answered : asked };
      if (isOverlapping) late.push(completion);
      else record(completion);
    }
    for (const completion of late) record(completion);
    return { spec, initial, history };
  });

describe('strange values', () => {
  agreesOn(
    'never make a special case throw, or decide what it cannot',
    strangeHistories,
    (given) => {
      const { spec, initial } = given;
      const history = History.of(given.history);
      const part = wholeOf(history, spec, initial);
      const decisions = specialCases.flatMap((special) => special.decide(part) ?? []);
      assert(decisions.length <= 1);
      const [decision] = decisions;
      if (decision && !decision.valid) assert(decision.sentence.length > 0 && decision.rows.length > 0);
      const twin = outcomeOf(() => isAllowed(part));
      if (decision) assert.equal(decision.valid, twin ?? decision.valid);
    },
    500,
  );

  agreesOn(
    'never make a measurement throw',
    strangeHistories,
    ({ spec, initial, history: ops }) => {
      const history = History.of(ops);
      const options = initial === undefined ? {} : { initial };
      for (const checker of [regular(spec, options), staleness(spec, options), deltaAtomic(3, spec, options)])
        assert(checker.check(history, unlimited).valid !== undefined);
    },
    300,
  );
});

/** What a spec says, unless it refuses to say anything of such values. */
function outcomeOf(decide: () => boolean): boolean | undefined {
  try {
    return decide();
  } catch (error) {
    assert(error instanceof Error);
    return undefined;
  }
}
