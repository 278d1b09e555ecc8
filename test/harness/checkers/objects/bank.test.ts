import assert from 'node:assert/strict';
import { nodeBudget } from '../../../../harness/checkers/budget.ts';
import { bank } from '../../../../harness/checkers/objects/bank.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';

type Step = readonly [f: string, value: Json, type: 'ok' | 'fail' | 'info', answered?: Json];

/** One after the other: valid, and the kinds of anomalies. */
function judged(steps: readonly Step[], reads: 'current' | 'past' = 'current'): [unknown, string[]] {
  const events = steps.flatMap(([f, value, type, answered = value], at): Op[] => {
    const op = { timeNs: at, process: at, f };
    return [
      { ...op, index: 2 * at, type: 'invoke', value },
      { ...op, index: 2 * at + 1, type, value: answered },
    ];
  });
  const { valid, anomalies } = bank({ overdraft: 'forbidden', reads }).check(
    History.of(events),
    nodeBudget(1000),
  );
  return [valid, anomalies.map(({ kind }) => kind)];
}

const nobody = { a: null, b: null };
const open = (type: Step[2]): Step => ['open', { a: 5, b: 5 }, type];
const read = (balances: Json): Step => ['read', null, 'ok', balances];

describe('accounts that are opened', () => {
  it('say what the total is', () => {
    assert.deepEqual(judged([open('ok'), read({ a: 4, b: 6 })]), [true, []]);
    assert.deepEqual(judged([open('info'), read({ a: 4, b: 5 })]), [false, ['wrong-total']]);
    assert.deepEqual(judged([open('ok'), open('ok'), read({ a: 11, b: -1 })]), [false, ['negative-balance']]);
  });

  it('may not be there before that was acknowledged, and must be there afterwards', () => {
    assert.deepEqual(judged([open('info'), read(nobody), open('ok'), read({ a: 5, b: 5 })]), [true, []]);
    assert.deepEqual(judged([read({}), read({ a: 0 }), open('ok'), read({ a: 5, b: 5 })]), [true, []]);
    assert.deepEqual(judged([read({}), open('ok'), read({})]), [false, ['wrong-total']]);
    assert.deepEqual(judged([read({ a: 1, b: -1 }), open('ok'), read({ a: 5, b: 5 })])[0], false);
    assert.deepEqual(judged([open('fail'), read(nobody)]), [true, []]);
    assert.deepEqual(judged([read(nobody), open('ok'), read(nobody)]), [
      false,
      ['nil-balance', 'nil-balance'],
    ]);
  });

  it('may be missing all together in a read of the past, and never in part', () => {
    assert.deepEqual(judged([open('ok'), read(nobody), read({ a: 4, b: 6 })], 'past'), [true, []]);
    assert.deepEqual(judged([open('ok'), read({ a: 5, b: null })], 'past'), [false, ['nil-balance']]);
  });

  it('are not there when every attempt failed', () => {
    assert.equal(judged([open('fail'), read({ a: 5, b: 5 })])[0], false);
  });
});
