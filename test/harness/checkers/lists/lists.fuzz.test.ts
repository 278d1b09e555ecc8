/** Levels of lists against their definitions. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { checkerOf } from '../../../../harness/checkers/levels.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { listLevel, type ListLevel } from '../../../../harness/checkers/lists/listLevel.ts';
import { History } from '../../../../harness/columns/history.ts';
import { implies } from '../../../../harness/guarantees.ts';
import { operationsOf, type Op } from '../../../../harness/history.ts';
import { append } from '../../../../harness/specs/kv.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { agreesOn } from '../fuzz.ts';
import { drawFrom, type Draw } from '../randomHistory.ts';
import { holds } from './bruteForce.ts';

const levels: readonly ListLevel[] = [
  'sequential',
  'ccv',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
];

/** Operations one after the other; reads show the list as it is, as it was, or with something changed. */
function history(draw: Draw, elements: 'once' | 'again' = 'once'): Op[] {
  const ops: Op[] = [];
  const lists = new Map<string, readonly number[]>();
  const sessions = [0, 1, 2];
  const operations = 3 + draw(6);
  const record = (op: Omit<Op, 'index' | 'timeNs'>): void => {
    ops.push({ ...op, index: ops.length, timeNs: ops.length });
  };
  for (let unique = 1; unique <= operations; unique++) {
    const lane = draw(3);
    const process = sessions[lane] ?? 0;
    const key = `k${draw(5) === 1 ? 1 : 0}`;
    const list = lists.get(key) ?? [];
    if (draw(2) === 1 && unique <= 6) {
      const element = elements === 'once' ? unique : draw(3);
      const common = { process, f: 'append', key, value: element };
      record({ ...common, type: 'invoke' });
      // Which of two equal appends a read shows, nobody knows; so whether an open one happened, either.
      const end = elements === 'once' ? draw(10) : 0;
      record({ ...common, type: end === 1 ? 'fail' : end === 2 ? 'info' : 'ok' });
      if (end === 2) sessions[lane] = process + 3;
      if (end > 1 || draw(3) === 1) lists.set(key, [...list, element]);
    } else {
      record({ process, f: 'read', key, value: null, type: 'invoke' });
      const value: Json = changed(list, draw);
      record({ process, f: 'read', key, value, type: 'ok' });
    }
  }
  return ops;
}

function changed(list: readonly number[], draw: Draw): readonly number[] {
  switch (draw(6)) {
    case 1:
      return list.slice(0, draw(list.length + 1));
    case 2:
      return list.filter(() => draw(3) > 0);
    case 3:
      return list.length > 1 ? [...list.slice(0, -2), ...list.slice(-2).reverse()] : list;
    case 4:
      return draw(6) === 1 ? [...list, ...list.slice(0, 1)] : list;
    default:
      return list;
  }
}

const tapes = fc.array(fc.nat(1 << 16), { minLength: 60, maxLength: 60 });

describe('levels of lists', () => {
  agreesOn('are sequential by definition also where elements are appended again', tapes, (tape) => {
    const ops = history(drawFrom(tape), 'again');
    const checker = checkerOf('sequential', { spec: append });
    assert.equal(checker?.check(History.of(ops), unlimited).valid, holds('sequential', operationsOf(ops)));
  });

  agreesOn('agree with their definitions, and with the lattice', tapes, (tape) => {
    const ops = history(drawFrom(tape));
    const given = History.of(ops);
    const valid = new Map(
      levels.map((level) => [level, listLevel(level).check(given, unlimited).valid] as const),
    );
    for (const level of levels) assert.equal(valid.get(level), holds(level, operationsOf(ops)), level);
    for (const [stronger, isHeld] of valid)
      for (const [weaker, isWeakerHeld] of valid)
        assert(!isHeld || isWeakerHeld || !implies(stronger, weaker), `${stronger} without ${weaker}`);
    if (linearizable(append).check(given, unlimited).valid === true)
      assert.equal(valid.get('sequential'), true);
  });
});
