import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../../harness/checkers/checker.ts';
import {
  isolation,
  isolationLevels,
  isTransactional,
  levelsRefutedBy,
  type IsolationLevel,
} from '../../../../harness/checkers/transactions/isolation.ts';
import { objectCheckers } from '../../../../harness/checkers/levels.ts';
import { longFork } from '../../../../harness/checkers/transactions/longFork.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { append } from '../../../../harness/specs/kv.ts';
import { register } from '../../../../harness/specs/register.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { listAppend, longForkStore, rwRegister } from '../../../../harness/specs/txn.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { parseTransactions } from './drawing.ts';

/** Transactions one after the other, each answered as given. */
function serial(...values: readonly Json[]): Op[] {
  return values.flatMap((value, at) =>
    (['invoke', 'ok'] as const).map((type, second) => {
      const index = 2 * at + second;
      return { index, timeNs: index, process: 0, type, f: 'txn', value };
    }),
  );
}

function strict(spec: SequentialSpec, ops: readonly Op[]): Verdict {
  return isolation('strict-serializable', spec).check(History.of(ops), unlimited);
}

describe('isolation', () => {
  it('says why a history cannot be judged', () => {
    const reasons: [SequentialSpec, Op[], string][] = [
      [listAppend, serial(7), 'op 1 is no transaction of ["append", key, element] and ["r", key, list]'],
      [
        listAppend,
        serial([['w', 'x', 1]]),
        'op 1 is no transaction of ["append", key, element] and ["r", key, list]',
      ],
      [
        listAppend,
        serial([['r', 'x', 1]]),
        'op 1 is no transaction of ["append", key, element] and ["r", key, list]',
      ],
      [
        listAppend,
        serial([['add', 'x', 1, 0]]),
        'op 1 is no transaction of ["append", key, element] and ["r", key, list]',
      ],
      [
        rwRegister,
        serial([['append', 'x', 1]]),
        'op 1 is no transaction of ["w", key, value] and ["r", key, value]',
      ],
      [rwRegister, serial({ txn: [] }), 'op 1 is no transaction of ["w", key, value] and ["r", key, value]'],
      [
        rwRegister,
        serial([['w', 'x', null]]),
        'op 0 writes null, which is also what keys hold at first: no read can tell the two apart',
      ],
      [
        listAppend,
        serial([['append', 'x', 1]], [['append', 'x', 1]]),
        '1 was written twice to x (ops 0 and 2): nobody can tell whom a reader read from',
      ],
      [register, serial([['r', 'x', null]]), 'histories of register are not made of transactions'],
    ];
    for (const [spec, ops, expected] of reasons) {
      const { valid, reason } = strict(spec, ops);
      assert.deepEqual({ valid, reason }, { valid: 'unknown', reason: expected });
    }
  });

  it('takes any JSON for a key and for an element', () => {
    const keys: Json[] = [
      '__proto__',
      'constructor',
      '',
      'ключ "]',
      1,
      -1,
      1.5,
      1e21,
      null,
      true,
      [1, [2]],
      { a: 1 },
    ];
    for (const key of keys)
      for (const element of keys) {
        const good = serial([['append', key, element]], [['r', key, [element]]]);
        assert.equal(strict(listAppend, good).valid, true, JSON.stringify(key));
        const bad = serial([['append', key, element]], [['r', key, []]]);
        assert.equal(strict(listAppend, bad).valid, false, JSON.stringify(key));
        if (element === null) continue;
        assert.equal(strict(rwRegister, serial([['w', key, element]], [['r', key, element]])).valid, true);
        assert.equal(strict(rwRegister, serial([['w', key, element]], [['r', key, null]])).valid, false);
      }
  });

  it('takes 1 and "1" for different keys', () => {
    assert.equal(strict(rwRegister, serial([['w', 1, 5]], [['r', '1', null]], [['r', 1, 5]])).valid, true);
  });

  it('an empty history refutes nothing', () => {
    for (const level of isolationLevels)
      assert.equal(isolation(level, listAppend).check(History.of([]), unlimited).valid, true);
  });

  it('a read of null says nothing where that is how reads are recorded', () => {
    const ops = serial([['append', 'x', 1]], [['r', 'x', null]]);
    const silent = History.of(ops, { nilRead: 'unknown', failedCas: 'drop' });
    assert.equal(strict(listAppend, ops).valid, false);
    assert.equal(isolation('strict-serializable', listAppend).check(silent, unlimited).valid, true);
  });

  it('follows a cycle through all of a long history, and cuts it in words', () => {
    const length = 20_000;
    const values = Array.from({ length }, (_, at): Json => {
      const before = (at + length - 1) % length;
      return [
        ['append', `k${at}`, 1],
        ['r', `k${before}`, [1]],
      ];
    });
    const { valid, anomalies } = isolation('serializable', listAppend).check(
      History.of(serial(...values)),
      unlimited,
    );
    assert.equal(valid, false);
    assert.equal(anomalies[0]?.kind, 'G1c');
    assert.equal(anomalies[0].ops.length, 2 * length);
    assert(anomalies[0].explanation.length < 5_000);
    assert.match(anomalies[0].explanation, /; … \(20000 steps in all\); however, /);
  });

  it('a strong session reads the last of its own writes, which weaker levels do not ask for', () => {
    const history = serial([['w', 'x', 1]], [['w', 'x', 2]], [['r', 'x', 1]]);
    const judge = (level: IsolationLevel): Verdict =>
      isolation(level, rwRegister).check(History.of(history), unlimited);
    assert.equal(judge('serializable').valid, true);
    assert.deepEqual(
      judge('strong-session-serializable').anomalies.map(({ kind, explanation }) => [kind, explanation]),
      [
        [
          'cyclic-versions-process',
          "process 0's transaction (ops 0–1) had x at 1 before process 0's transaction (ops 2–3) had it at 2; process 0's transaction (ops 2–3) had x at 2 before process 0's transaction (ops 4–5) had it at 1: the values of x have no order that keeps the order of its sessions.",
        ],
      ],
    );
  });

  it('stops between its steps when the budget is used up', () => {
    const history = serial(...Array.from({ length: 100 }, (_, at) => [['w', 'x', at]]));
    for (const nodes of [1, 4_097, 4_200, 4_400, 4_600]) {
      const { valid, reason } = isolation('serializable', rwRegister).check(
        History.of(history),
        nodeBudget(nodes),
      );
      assert.equal(valid === 'unknown' ? reason?.startsWith('the budget was used up') : nodes > 4_500, true);
    }
  });

  it('judges transactions, and lists of single operations', () => {
    for (const spec of [listAppend, rwRegister, longForkStore, append]) assert(isTransactional(spec));
    assert(!isTransactional(register));
  });

  it('what refutes a level refutes all stronger ones', () => {
    const stronger: Record<string, string[]> = {
      'read-uncommitted': ['read-committed'],
      'read-committed': ['repeatable-read', 'snapshot-isolation'],
      'repeatable-read': ['serializable'],
      'snapshot-isolation': ['serializable', 'strong-session-snapshot-isolation'],
      serializable: ['strong-session-serializable'],
      'strong-session-snapshot-isolation': ['strong-snapshot-isolation', 'strong-session-serializable'],
      'strong-session-serializable': ['strict-serializable'],
      'strong-snapshot-isolation': ['strict-serializable'],
    };
    const kinds = [
      'garbage-read',
      'duplicate-elements',
      'G1a',
      'G1b',
      'internal',
      'lost-update',
      'future-read',
    ] as const;
    const cycles = (['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item'] as const).flatMap(
      (base) => [base, `${base}-process`, `${base}-realtime`] as const,
    );
    for (const kind of [...kinds, ...cycles]) {
      const refuted: readonly string[] = levelsRefutedBy(kind);
      assert(refuted.includes('strict-serializable'));
      for (const level of refuted)
        for (const other of stronger[level] ?? []) assert(refuted.includes(other), kind);
    }
  });
});

describe('long forks', () => {
  it('are looked for in every history that is made to show them', () => {
    const [checker] = objectCheckers({ spec: longForkStore });
    assert.equal(checker?.name, 'long-fork');
  });

  it('are no violation of a level that allows them', () => {
    for (const [level, isLookedFor] of [
      ['read-committed', false],
      ['snapshot-isolation', true],
      ['serializable', true],
      ['strict-serializable', true],
    ] as const)
      assert.equal(objectCheckers({ spec: longForkStore }, [level]).length === 1, isLookedFor, level);
  });

  const judge = (text: string, spec: SequentialSpec = longForkStore): Verdict =>
    longFork(spec).check(History.of(parseTransactions(text).history), unlimited);

  it('accepts reads that each see all that the one before saw', () => {
    const { valid, stats } = judge(`
p0  |- w x 1 -|
p1  |- w y 1 -|
p2    |- r x 1, r y null -|  |- r x 1, r y 1 -|
p3  |- r y null, r x null -|`);
    assert.deepEqual({ valid, stats }, { valid: true, stats: { groups: 1, reads: 3, forks: 0 } });
  });

  it('refuses reads that saw two writes in opposite orders', () => {
    const { valid, anomalies } = judge(`
p0  |- w x 1 -|
p1  |- w y 1 -|
p2    |- r x 1, r y null -|
p3    |- r y 1, r x null -|`);
    assert.equal(valid, false);
    assert.deepEqual(anomalies, [
      {
        kind: 'long-fork',
        ops: [2, 3, 6, 7],
        explanation:
          "process 2's transaction (ops 2–6) read x as 1, but y as null; process 3's transaction (ops 3–7) read y as 1, but x as null: they saw the two writes in opposite orders.",
      },
    ]);
  });

  it('says why a history cannot be judged', () => {
    assert.equal(judge('p0 |- w x 1 -|').reason, 'no transaction read two keys');
    assert.equal(
      judge('p0 |- w x 1 -|  |- w x 2 -|  |- r x 2, r y null -|').reason,
      '"x" was written twice: forks show only where every key is written once',
    );
    assert.equal(
      judge('p0 |- r x null -|', listAppend).reason,
      'histories of list-append have no transactions of reads and writes',
    );
  });
});
