import assert from 'node:assert/strict';
import { initialId } from '../../../../harness/checkers/accesses.ts';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import { deltaAtomic } from '../../../../harness/checkers/staleness/deltaAtomic.ts';
import { kAtomic } from '../../../../harness/checkers/staleness/kAtomic.ts';
import { lastValuesOf } from '../../../../harness/checkers/staleness/lastValues.ts';
import { regular } from '../../../../harness/checkers/staleness/regular.ts';
import { stalenessOf } from '../../../../harness/checkers/staleness/stalenessOf.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { casRegister, register, type Cell } from '../../../../harness/specs/register.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { agreesOn } from '../fuzz.ts';
import { historiesOf, type Behaviour } from '../polynomial/histories.ts';
import { isAllowed, wholeOf } from '../polynomial/orders.ts';
import { isAtomic, isRegular, stepsOf, stretched, withEarlierReads, type Step } from './twins.ts';

function behaviourOf(spec: SequentialSpec, isUnique: boolean): Behaviour {
  return {
    spec,
    input: (draw, unique) => {
      const value = isUnique ? unique : draw(3);
      const kind = draw(spec === casRegister ? 4 : 3);
      if (kind === 3)
        return { f: 'cas', value: [isUnique ? Math.max(1, unique - 1 - draw(2)) : draw(3), value] };
      return kind === 0 ? { f: 'write', value } : { f: 'read', value: null };
    },
    answer: (state, { f, value }) => {
      const current = (state as Cell).value;
      if (f === 'read') return current;
      return f === 'cas' && current !== (value as readonly unknown[])[0] ? false : value;
    },
  };
}

const uniqueHistories = historiesOf({ behaviour: behaviourOf(register, true), operations: 12 });
const repeatingHistories = historiesOf({ behaviour: behaviourOf(casRegister, false), operations: 10 });
const casHistories = historiesOf({ behaviour: behaviourOf(casRegister, true), operations: 10 });

describe('staleness is judged as its definitions say', () => {
  const regularAgrees = (spec: SequentialSpec) => (ops: readonly Op[]) => {
    const history = History.of(ops);
    const { valid, anomalies } = regular(spec).check(history, unlimited);
    assert.equal(valid, isRegular(history, spec));
    if (isAllowed(wholeOf(history, spec))) assert.equal(valid, true, 'linearizable, but not regular');
    for (const { ops: proof } of anomalies) {
      const { start } = history.operations;
      const rows = Array.from(start.keys()).filter((row) => proof.includes(start[row] ?? -1));
      assert.equal(regular(spec).check(history.restrictedTo(rows), unlimited).valid, false, 'not a proof');
    }
  };
  agreesOn('regular registers, unique values', uniqueHistories, regularAgrees(register), 400);
  agreesOn('regular registers with cas, few values', repeatingHistories, regularAgrees(casRegister), 400);

  const kAgrees = (spec: SequentialSpec) => (ops: readonly Op[]) => {
    const history = History.of(ops);
    const valid = [1, 2, 3].map((k) => kAtomic(k, spec).check(history, unlimited).valid);
    const twins = [1, 2, 3].map((k) => isAllowed(wholeOf(history, lastValuesOf(k, spec) as SequentialSpec)));
    assert.deepEqual(valid, twins);
    assert.equal(twins[0], isAllowed(wholeOf(history, spec)));
    assert.deepEqual([...twins].sort(), twins, 'k-atomic, but not for a larger k');
  };
  agreesOn('k-atomicity, unique values', uniqueHistories, kAgrees(register), 200);
  agreesOn('k-atomicity with cas, few values', repeatingHistories, kAgrees(casRegister), 150);
  agreesOn('k-atomicity with cas, unique values', casHistories, kAgrees(casRegister), 150);

  agreesOn(
    'Δ and Γ are the least that are enough',
    uniqueHistories,
    (ops) => {
      // A millisecond from event to event.
      const history = History.of(ops.map((op) => ({ ...op, timeNs: op.index * 1e6 })));
      const [steps, initial] = [stepsOf(history), initialId(history, register, undefined)];
      const report = stalenessOf(history, register);
      const least = (change: (steps: readonly Step[], by: number) => Step[]): number | undefined =>
        Array.from(ops.keys()).find((by) => isAtomic(change(steps, by), initial));
      const deltaMs = least(withEarlierReads) ?? null;
      assert.equal(report?.deltaMs, deltaMs);
      for (const ms of [0, 1, 3, 8]) {
        const { valid } = deltaAtomic(ms, register).check(history, unlimited);
        assert.equal(valid, deltaMs !== null && ms >= deltaMs);
      }
      // Stretching may make a read see what is written only later; Γ is not given then.
      const gammaMs = report.gammaMs;
      if (gammaMs !== null) assert.equal(gammaMs, (least((own, by) => stretched(own, by / 2)) ?? NaN) / 2);
    },
    300,
  );

  agreesOn(
    'reads are as stale as counting says',
    casHistories,
    (ops) => {
      const history = History.of(ops);
      const report = stalenessOf(history, casRegister);
      const { lags, nonMonotonic } = countedStaleness(
        stepsOf(history),
        initialId(history, casRegister, undefined),
      );
      const stale = lags.filter((lag) => lag > 0);
      assert.deepEqual(
        [report?.reads, report?.stale, report?.versions.max, report?.nonMonotonic],
        [lags.length, stale.length, Math.max(0, ...stale), nonMonotonic],
      );
    },
    300,
  );
});

/** Counts, for every read of a value that was written in time, what is surely newer; the lags and the reads that go back. */
function countedStaleness(
  steps: readonly Step[],
  initial: number,
): { readonly lags: readonly number[]; readonly nonMonotonic: number } {
  const writes = steps.filter(({ left }) => left !== undefined);
  const reads = steps.filter(({ left }) => left === undefined);
  const writerOf = (read: Step): Step | undefined => writes.find(({ left }) => left === read.seen);
  const isJudged = (read: Step): boolean => {
    const writer = writerOf(read);
    return writer ? writer.start < read.end : read.seen === initial;
  };
  const judged = reads.filter(isJudged);
  const presentAt = (read: Step): number => {
    const writer = writerOf(read);
    const ends = judged.filter(({ seen }) => seen === read.seen).map(({ end }) => end);
    return writer ? Math.min(writer.end, ...ends) : -1;
  };
  const lags = judged.map(
    (read) => writes.filter(({ start, end }) => start > presentAt(read) && end < read.start).length,
  );
  const goesBack = judged.filter((read) =>
    judged.some(
      (earlier) =>
        earlier.session === read.session &&
        earlier.end < read.start &&
        (writerOf(earlier)?.start ?? -1) > presentAt(read),
    ),
  );
  return { lags, nonMonotonic: goesBack.length };
}
