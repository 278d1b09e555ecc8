import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import {
  isolation,
  isolationLevels,
  levelsRefutedBy,
  type IsolationLevel,
} from '../../../../harness/checkers/transactions/isolation.ts';
import type { AnomalyKind } from '../../../../harness/checkers/transactions/findings.ts';
import { History } from '../../../../harness/columns/history.ts';
import { listAppend, rwRegister } from '../../../../harness/specs/txn.ts';
import { agreesOn } from '../fuzz.ts';
import { drawFrom } from '../randomHistory.ts';
import {
  avoids,
  isSerializable,
  isSnapshotIsolated,
  noPrecedence,
  realtimePrecedence,
  sessionPrecedence,
  txnsOf,
  type Precedence,
  type Txn,
} from './bruteForce.ts';
import { record, spoiled, type Isolation, type Micro } from './databases.ts';
import type { Op } from '../../../../harness/history.ts';

const isolations: readonly Isolation[] = ['locking', 'snapshot', 'committed', 'uncommitted', 'arbitrary'];
/** Five properties share the time of `npm test`. */
const runs = 400;
const tape = fc.array(fc.nat({ max: 1 << 20 }), { minLength: 40, maxLength: 160 });

function smallHistory(
  numbers: readonly number[],
  held: 'lists' | 'registers',
  readsBeforeWrites: boolean,
): Op[] {
  const draw = drawFrom(numbers);
  const isolated = isolations[draw(isolations.length)] ?? 'locking';
  const shape = {
    held,
    transactions: 2 + draw(4),
    processes: 2 + draw(3),
    keys: 1 + draw(2),
    micros: 3,
    crashOneIn: draw(2) * 5,
    failOneIn: draw(2) * 5,
    readsBeforeWrites,
  };
  return spoiled(record(isolated, shape, draw), draw, draw(3));
}

const orders: Readonly<Partial<Record<IsolationLevel, Precedence>>> = {
  'snapshot-isolation': noPrecedence,
  serializable: noPrecedence,
  'strong-session-snapshot-isolation': sessionPrecedence,
  'strong-session-serializable': sessionPrecedence,
  'strong-snapshot-isolation': realtimePrecedence,
  'strict-serializable': realtimePrecedence,
};

/** What the definition of a level says; undefined when it would take too long. */
function twin(level: IsolationLevel, held: 'lists' | 'registers', txns: readonly Txn[]): boolean | undefined {
  const before = orders[level] ?? noPrecedence;
  const writers = txns.filter(({ micros }) => micros.some(([f]) => f !== 'r'));
  switch (level) {
    case 'read-uncommitted':
      return undefined;
    case 'read-committed':
      return writers.length > 4 ? undefined : avoids('G1', txns);
    case 'repeatable-read':
      return writers.length > 4 ? undefined : avoids('G2-item', txns);
    case 'snapshot-isolation':
    case 'strong-session-snapshot-isolation':
    case 'strong-snapshot-isolation':
      return isSnapshotIsolated(txns, before);
    default:
      return isSerializable(held === 'lists' ? listAppend : rwRegister, txns, before);
  }
}

function verdicts(history: readonly Op[], held: 'lists' | 'registers'): Map<IsolationLevel, boolean> {
  const columns = History.of(history);
  const spec = held === 'lists' ? listAppend : rwRegister;
  return new Map(
    isolationLevels.map((level) => {
      const { valid, anomalies, reason } = isolation(level, spec).check(columns, unlimited);
      assert.notEqual(valid, 'unknown', reason);
      assert.equal(valid, anomalies.length === 0);
      for (const { kind, ops, explanation } of anomalies) {
        assert(levelsRefutedBy(kind as AnomalyKind).includes(level), `${kind} does not refute ${level}`);
        assert(ops.length > 0 && explanation.length > 0);
      }
      return [level, valid === true] as const;
    }),
  );
}

function wrong(level: IsolationLevel, what: string, history: readonly Op[]): string {
  const events = history.map(({ process, type, value }) => `p${process} ${type} ${JSON.stringify(value)}`);
  return [`${level} ${what}`, ...events].join('\n');
}

/** Whether somebody read every element that a transaction appended which is known to have happened. */
function everyAppendIsRead(txns: readonly Txn[]): boolean {
  const read = new Set<string>();
  for (const { isOk, micros } of txns)
    if (isOk)
      for (const [f, key, value] of micros)
        if (f === 'r')
          for (const element of (value ?? []) as readonly number[]) read.add(`${key} ${element}`);
  const isRead = ([, key, value]: Micro): boolean => read.has(`${key} ${JSON.stringify(value)}`);
  return txns.every(({ isOk, micros }) => {
    const appends = micros.filter(([f]) => f === 'append');
    return appends.every(isRead) || (!isOk && !appends.some(isRead));
  });
}

const serial: readonly IsolationLevel[] = [
  'serializable',
  'strong-session-serializable',
  'strict-serializable',
];

describe('isolation levels against their definitions', () => {
  agreesOn(
    'list-append: no level is refused wrongly, and the serializable ones are decided exactly',
    tape,
    (numbers) => {
      const history = smallHistory(numbers, 'lists', false);
      const txns = txnsOf(history);
      const complete = everyAppendIsRead(txns);
      for (const [level, valid] of verdicts(history, 'lists')) {
        const expected = twin(level, 'lists', txns);
        if (expected === undefined) continue;
        if (expected) assert(valid, wrong(level, 'holds, but was refused', history));
        else if (complete || serial.includes(level))
          assert(!valid, wrong(level, 'does not hold, but was accepted', history));
      }
    },
    runs,
  );

  agreesOn(
    'rw-register: no level is refused wrongly',
    tape,
    (numbers) => {
      const history = smallHistory(numbers, 'registers', false);
      const txns = txnsOf(history);
      for (const [level, valid] of verdicts(history, 'registers'))
        if (!valid)
          assert.notEqual(
            twin(level, 'registers', txns),
            true,
            wrong(level, 'holds, but was refused', history),
          );
    },
    runs,
  );

  agreesOn(
    'rw-register: when every write follows a read of its key, levels are decided exactly',
    tape,
    (numbers) => {
      const history = smallHistory(numbers, 'registers', true);
      const txns = txnsOf(history);
      // What an open transaction had read is not known.
      const isComplete = txns.every(({ isOk }) => isOk);
      for (const [level, valid] of verdicts(history, 'registers')) {
        const expected = twin(level, 'registers', txns);
        if (expected === undefined) continue;
        if (expected) assert(valid, wrong(level, 'holds, but was refused', history));
        else if (isComplete) assert(!valid, wrong(level, 'does not hold, but was accepted', history));
      }
    },
    runs,
  );
});
