import assert from 'node:assert/strict';
import seedrandom from 'seedrandom';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import {
  isolation,
  isolationLevels,
  type IsolationLevel,
} from '../../../../harness/checkers/transactions/isolation.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { append } from '../../../../harness/specs/kv.ts';
import { listAppend, rwRegister } from '../../../../harness/specs/txn.ts';
import type { Draw } from '../randomHistory.ts';
import { record, type Held, type Isolation, type Micro } from './databases.ts';

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

function drawOf(seed: number): Draw {
  const random = seedrandom(`databases ${seed}`);
  return (below) => Math.floor(random() * below);
}

function recorded(isolated: Isolation, held: Held, seed: number, transactions = 200): Op[] {
  const shape = { held, transactions, processes: 6, keys: 4, micros: 4, crashOneIn: 30, failOneIn: 20 };
  return record(isolated, shape, drawOf(seed));
}

/** The kinds of anomalies that refute a level. */
function kinds(level: IsolationLevel, held: Held, history: readonly Op[]): string[] {
  const { valid, anomalies, reason } = isolation(level, held === 'lists' ? listAppend : rwRegister).check(
    History.of(history),
    unlimited,
  );
  assert.notEqual(valid, 'unknown', reason);
  return anomalies.map(({ kind }) => kind);
}

describe('histories of databases', () => {
  for (const held of ['lists', 'registers'] as const) {
    it(`two-phase locking: nothing is wrong with ${held}`, () => {
      for (const seed of seeds)
        assert.deepEqual(kinds('strict-serializable', held, recorded('locking', held, seed)), []);
    });

    it(`snapshots: nothing but write skew is wrong with ${held}`, () => {
      const found = seeds.flatMap((seed) => {
        const history = recorded('snapshot', held, seed);
        assert.deepEqual(kinds('strong-snapshot-isolation', held, history), []);
        return kinds('serializable', held, history);
      });
      assert.deepEqual([...new Set(found)], ['G2-item']);
    });

    it(`read committed: ${held} show that more is wrong, but nothing dirty`, () => {
      const found = seeds.flatMap((seed) => {
        const history = recorded('committed', held, seed);
        assert.deepEqual(kinds('read-committed', held, history), []);
        return kinds('snapshot-isolation', held, history);
      });
      for (const kind of ['internal', 'lost-update', 'G-single']) assert(found.includes(kind), kind);
    });

    it(`read uncommitted: ${held} show dirty reads`, () => {
      const found = seeds.flatMap((seed) =>
        kinds('read-committed', held, recorded('uncommitted', held, seed)),
      );
      for (const kind of ['G1a', 'G1b', 'G1c']) assert(found.includes(kind), kind);
    });
  }
});

/** Transactions on keys of their own, each group side by side, in the middle of a history. */
function planted(...groups: readonly (readonly (readonly Micro[])[])[]): Op[] {
  const around = recorded('locking', 'lists', 99);
  const middle = around.length >> 1;
  const events: Omit<Op, 'index' | 'timeNs'>[] = [];
  let process = 1_000;
  for (const group of groups) {
    for (const [at, micros] of group.entries())
      events.push({ process: process + at, type: 'invoke', f: 'txn', value: micros });
    for (const [at, micros] of group.entries())
      events.push({ process: process + at, type: 'ok', f: 'txn', value: micros });
    process += 10;
  }
  const all = [...around.slice(0, middle), ...events, ...around.slice(middle)];
  return all.map((op, index) => ({ ...op, index, timeNs: index }));
}

describe('a cycle planted in a clean history', () => {
  const cycles: Record<string, Op[]> = {
    G0: planted(
      [
        [
          ['append', 'a', 1],
          ['append', 'b', 1],
        ],
        [
          ['append', 'a', 2],
          ['append', 'b', 2],
        ],
      ],
      [
        [
          ['r', 'a', [1, 2]],
          ['r', 'b', [2, 1]],
        ],
      ],
    ),
    G1c: planted([
      [
        ['append', 'a', 1],
        ['r', 'b', [1]],
      ],
      [
        ['append', 'b', 1],
        ['r', 'a', [1]],
      ],
    ]),
    'G-single': planted([
      [
        ['append', 'a', 1],
        ['append', 'b', 1],
      ],
      [
        ['r', 'a', []],
        ['r', 'b', [1]],
      ],
    ]),
    'G-nonadjacent': planted([
      [['append', 'a', 1]],
      [['append', 'b', 1]],
      [
        ['r', 'a', [1]],
        ['r', 'b', []],
      ],
      [
        ['r', 'a', []],
        ['r', 'b', [1]],
      ],
    ]),
    'G2-item': planted([
      [
        ['append', 'a', 1],
        ['r', 'b', []],
      ],
      [
        ['append', 'b', 1],
        ['r', 'a', []],
      ],
    ]),
    'G0-realtime': planted([[['append', 'a', 1]]], [[['append', 'a', 2]]], [[['r', 'a', [2, 1]]]]),
    'G1c-realtime': planted([[['r', 'a', [1]]]], [[['append', 'a', 1]]]),
    'G-single-realtime': planted([[['append', 'a', 1]]], [[['r', 'a', null]]]),
  };
  for (const [kind, history] of Object.entries(cycles))
    it(`${kind} is found, alone`, () =>
      assert.deepEqual(kinds('strict-serializable', 'lists', history), [kind]));

  it('is found without a budget for its shortest form, too', () => {
    for (const history of Object.values(cycles)) {
      const { valid, anomalies } = isolation('strict-serializable', listAppend).check(
        History.of(history),
        // As much as reading the transactions takes, and no search.
        nodeBudget(4_096 + 6 * history.length),
      );
      assert.equal(valid, false);
      assert.equal(anomalies.length, 1);
    }
  });

  it('nothing is decided without any budget', () => {
    const { valid, reason } = isolation('serializable', listAppend).check(History.of([]), nodeBudget(0));
    assert.deepEqual(
      { valid, reason },
      { valid: 'unknown', reason: 'the budget was used up before the check began' },
    );
  });
});

/** The transactions of one micro-operation, as operations on their keys. */
function asSingles(history: readonly Op[]): Op[] {
  return history.map((op) => {
    const [[f = '', key = '', value = null] = []] = op.value as readonly Micro[];
    return { ...op, f: f === 'r' ? 'read' : f, key, value };
  });
}

describe('appends and reads of single lists', () => {
  it('are judged as transactions of one micro-operation', () => {
    for (const isolated of ['locking', 'uncommitted', 'arbitrary'] as const)
      for (const seed of seeds) {
        const shape = { held: 'lists', transactions: 40, processes: 4, keys: 2, micros: 1 } as const;
        const history = record(isolated, { ...shape, crashOneIn: 10, failOneIn: 10 }, drawOf(seed));
        for (const level of isolationLevels) {
          const singles = isolation(level, append).check(History.of(asSingles(history)), unlimited);
          const lists = isolation(level, listAppend).check(History.of(history), unlimited);
          assert.deepEqual(
            singles.anomalies.map(({ kind, ops }) => [kind, ops]),
            lists.anomalies.map(({ kind, ops }) => [kind, ops]),
          );
        }
      }
  });
});
