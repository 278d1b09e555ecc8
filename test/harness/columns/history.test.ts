import assert from 'node:assert/strict';
import fc from 'fast-check';
import { usualReading, type Reading } from '../../../harness/columns/events.ts';
import { History, HistoryBuilder } from '../../../harness/columns/history.ts';
import { falseId, nullId } from '../../../harness/columns/interner.ts';
import { failOutcome, never, noEvent, okOutcome, openOutcome } from '../../../harness/columns/operations.ts';
import { MalformedHistory, operationsOf, type Op, type OpType } from '../../../harness/history.ts';
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { agreesOn } from '../checkers/fuzz.ts';

/** Events in any order at all, often of processes with strange numbers. */
const events: fc.Arbitrary<Op[]> = fc
  .array(
    fc.record(
      {
        timeNs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        process: fc.constantFrom(0, 1, 7, 2 ** 30, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 'nemesis' as const),
        type: fc.constantFrom<OpType>('invoke', 'ok', 'fail', 'info'),
        f: fc.constantFrom('read', 'write', 'cas', ''),
        value: fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>,
        key: fc.string(),
        error: fc.constantFrom('timeout', '', 'reset'),
        node: fc.constantFrom('n1', 'n2') as fc.Arbitrary<NodeId>,
      },
      { requiredKeys: ['timeNs', 'process', 'type', 'f', 'value'] },
    ),
    { maxLength: 12 },
  )
  .map((rows) => rows.map((row, index) => ({ index, ...(JSON.parse(JSON.stringify(row)) as typeof row) })));

/** Events of processes that ask and are answered in turn. */
const wellFormed = events.map((ops) => {
  const open = new Set<unknown>();
  return ops.map((op): Op => {
    if (op.process === 'nemesis') return { ...op, type: 'info' };
    const wasOpen = open.delete(op.process);
    if (!wasOpen) open.add(op.process);
    return { ...op, type: wasOpen ? (op.type === 'invoke' ? 'ok' : op.type) : 'invoke' };
  });
});

function pairing(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof MalformedHistory) return { index: error.index, message: error.message };
    throw error;
  }
}

describe('a history in columns', () => {
  agreesOn('gives back the events that it was made of', events, (ops) => {
    const history = History.of(ops);
    assert.equal(history.length, ops.length);
    assert.deepEqual([...history.ops()], ops);
  });

  agreesOn('pairs invocations with completions as objects are paired', events, (ops) => {
    assert.deepEqual(
      pairing(() => [...History.of(ops).pairs()]),
      pairing(() => operationsOf(ops)),
    );
  });

  agreesOn('pairs whole histories', wellFormed, (ops) => {
    const history = History.of(ops);
    assert.deepEqual([...history.pairs()], operationsOf(ops));
    const { length, start, end, outcome, completion } = history.operations;
    for (let row = 0; row < length; row++) {
      const type = completion[row] === noEvent ? undefined : history.op(completion[row] ?? 0).type;
      assert.equal(outcome[row], type === 'ok' ? okOutcome : type === 'fail' ? failOutcome : openOutcome);
      assert.equal(end[row], outcome[row] === openOutcome ? never : completion[row]);
      assert.ok(row === 0 || (start[row] ?? 0) > (start[row - 1] ?? 0));
    }
  });

  agreesOn(
    'restricted to some rows, it has these operations and all its events',
    fc.tuple(wellFormed, fc.func(fc.boolean())),
    ([ops, isTaken]) => {
      const history = History.of(ops);
      const rows = Int32Array.from([...history.pairs()].keys()).filter((row) => isTaken(row));
      const part = history.restrictedTo(rows);
      assert.deepEqual(
        [...part.pairs()],
        [...rows].map((row) => history.operation(row)),
      );
      assert.deepEqual([...part.ops()], ops);
    },
  );

  it('at an event, it knows no later answers but those of what failed', () => {
    const asked = { f: 'read', timeNs: 0, value: null };
    const { operations } = History.of([
      { ...asked, index: 0, process: 0, type: 'invoke' },
      { ...asked, index: 1, process: 1, type: 'invoke' },
      { ...asked, index: 2, process: 2, type: 'invoke' },
      { ...asked, index: 3, process: 0, type: 'ok', value: 5 },
      { ...asked, index: 4, process: 1, type: 'ok', value: 6 },
      { ...asked, index: 5, process: 2, type: 'fail' },
    ]).at(3);
    assert.deepEqual([...operations.outcome], [okOutcome, openOutcome, failOutcome]);
    assert.deepEqual([...operations.end], [3, never, 5]);
    assert.deepEqual([...operations.completion], [3, 4, 5]);
    assert.equal(operations.output[1], nullId);
  });

  it('has no events but its own', () => {
    const history = History.of([]);
    assert.throws(() => history.op(0), RangeError);
    assert.throws(() => history.op(-1), RangeError);
    assert.throws(() => history.op(NaN), RangeError);
  });

  it('grows beyond what was expected', () => {
    const builder = new HistoryBuilder(1);
    const f = builder.fNames.idOf('write');
    for (let index = 0; index < 5000; index++)
      builder.appendIds(0, index, f, -1, builder.values.idOf(index), index);
    const history = builder.build();
    assert.deepEqual(history.op(4999), {
      index: 4999,
      timeNs: 4999,
      process: 4999,
      type: 'invoke',
      f: 'write',
      value: 4999,
    });
    assert.equal(history.operations.length, 5000);
  });

  it('finds the error of each event, also when most have none', () => {
    const ops = Array.from({ length: 100 }, (_, index): Op => ({
      index,
      timeNs: 0,
      process: 'nemesis',
      type: 'info',
      f: 'kill',
      value: null,
      ...(index % 7 === 3 ? { error: `error ${index % 2}` } : {}),
    }));
    assert.deepEqual([...History.of(ops).ops()], ops);
  });
});

describe('how answers are read', () => {
  const rows: readonly (readonly [f: string, type: OpType, answer: Json])[] = [
    ['read', 'ok', null],
    ['get', 'ok', null],
    ['read', 'ok', 3],
    ['cas', 'ok', true],
    ['cas', 'fail', null],
    ['write', 'fail', null],
    ['write', 'ok', null],
    ['read', 'fail', null],
  ];
  const ops = rows.flatMap(([f, type, value], at): Op[] => [
    { index: 2 * at, timeNs: 0, process: 0, type: 'invoke', f, value: 1 },
    { index: 2 * at + 1, timeNs: 0, process: 0, type, f, value },
  ]);
  const outcomes = (reading: Partial<Reading>): string[] => {
    const { outcome, output } = History.of(ops, { ...usualReading, ...reading }).operations;
    const answers = new Map([
      [nullId, 'null'],
      [falseId, 'false'],
    ]);
    return [...outcome].map((each, row) =>
      each === okOutcome
        ? `ok ${answers.get(output[row] ?? 0) ?? 'some'}`
        : each === failOutcome
          ? 'fail'
          : 'open',
    );
  };
  const usual = ['ok null', 'ok null', 'ok some', 'ok some', 'fail', 'fail', 'ok null', 'fail'];

  it('usually as it stands there', () => {
    assert.deepEqual(outcomes({}), usual);
  });

  it('a nil read that does not say what it saw is as good as none', () => {
    assert.deepEqual(outcomes({ nilRead: 'unknown' }), usual.with(0, 'fail').with(1, 'fail'));
  });

  it('the same history can be read in several ways', () => {
    const history = History.of(ops);
    const other = history.readAs({ nilRead: 'unknown', failedCas: 'drop' });
    assert.equal(other.operations.outcome[0], failOutcome);
    assert.equal(history.operations.outcome[0], okOutcome);
    assert.equal(history.readAs({ ...usualReading }), history);
  });

  it('a failed cas that constrains is one that answered false', () => {
    assert.deepEqual(outcomes({ failedCas: 'constrain' }), usual.with(4, 'ok false'));
  });
});
