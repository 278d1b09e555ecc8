import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../harness/checkers/budget.ts';
import type { Checker, Verdict } from '../../../harness/checkers/checker.ts';
import { checkerOf } from '../../../harness/checkers/levels.ts';
import { linearizable } from '../../../harness/checkers/linearizable/linearizable.ts';
import { withMinimal } from '../../../harness/checkers/minimal.ts';
import { phrase } from '../../../harness/checkers/phrases.ts';
import { History } from '../../../harness/columns/history.ts';
import { casRegister } from '../../../harness/specs/register.ts';
import { counter } from '../../../harness/specs/counter.ts';
import { inventory } from '../../../harness/specs/inventory.ts';
import { append } from '../../../harness/specs/kv.ts';
import type { SequentialSpec } from '../../../harness/specs/spec.ts';
import { parseDrawing } from './notation.ts';
import { rowsOfEvents } from './subHistory.ts';

/** The history of a drawing whose lines may be indented. */
const historyDrawn = (drawing: string): History =>
  History.of(parseDrawing(drawing.replace(/^ +/gm, '')).history);

/** The operations of the first minimal sub-history, in words. */
function minimalOf(drawing: string, spec: SequentialSpec = casRegister): string[] {
  const history = historyDrawn(drawing);
  const checker = linearizable(spec);
  const verdict = checker.check(history, unlimited);
  const [anomaly] = withMinimal(history, checker, verdict, unlimited, {
    observers: spec.observers,
  }).anomalies;
  return rowsOfEvents(history, anomaly?.minimal ?? []).map((row) => phrase(history.operation(row)));
}

describe('a minimal sub-history', () => {
  it('of a stale read is the read, the write that it saw, and the one that it should have seen', () => {
    assert.deepEqual(
      minimalOf(`
        p0  |- x: write 1 -|  |- x: read -> 1 -| |- x: write 2 -|
        p1  |- y: write 7 -|  |- y: read -> 7 -|                  |- x: read -> 1 -|  |- y: read -> 7 -|
        p2       |- x: cas [8, 9] -x     |- x: read -> 1 -|             |- y: write 8 -?
      `),
      [
        'write 1 on x by process 0 (ops 0–3)',
        'write 2 on x by process 0 (ops 11–13)',
        'read of x by process 1 (ops 14–16)',
      ],
    );
  });

  it('keeps what an operation saw, back to where it came from', () => {
    assert.deepEqual(
      minimalOf(`
        p0  |- x: write 1 -|  |- x: cas [1, 2] -|                    |- x: cas [1, 4] -|
        p1                                        |- x: read -> 2 -|
      `),
      [
        'write 1 on x by process 0 (ops 0–1)',
        'cas [1,2] on x by process 0 (ops 2–3)',
        'cas [1,4] on x by process 0 (ops 6–7)',
      ],
    );
  });

  it('of a value that nobody wrote is the read alone', () => {
    assert.deepEqual(minimalOf('p0  |- x: write 1 -|  |- x: read -> 5 -|  |- x: read -> 1 -|'), [
      'read of x by process 0 (ops 2–3)',
    ]);
  });

  it('of a sum keeps all that it may consist of: which additions bound the answer', () => {
    assert.deepEqual(
      minimalOf(
        `
        p0  |- x: add 3 -|  |- x: add 4 -|                     |- x: add 9 -|
        p1  |- y: add 5 -|                 |- x: read -> 9 -|
        p2       |- x: add -1 -?     |- x: add 2 -x
      `,
        counter,
      ),
      [
        'add 3 on x by process 0 (ops 0–3)',
        'add -1 on x by process 2 (ops 2–6, outcome unknown)',
        'add 4 on x by process 0 (ops 5–8)',
        'read of x by process 1 (ops 9–11)',
      ],
    );
  });

  it('of a sale too many keeps what there was, and who else was sold it', () => {
    const steps = [
      ['restock', 3],
      ['sell', 2],
      ['sell', 4, 'refused'],
      ['sell', 2],
      ['restock', 9],
    ] as const;
    const events = steps.flatMap(([f, cantidad, refused], at) =>
      (['invoke', 'ok'] as const).map((type, part) => {
        const index = 2 * at + part;
        const value = refused && type === 'ok' ? false : { producto_id: 'p', cantidad };
        return { index, timeNs: index, process: at, type, f, key: 'p', value };
      }),
    );
    const history = History.of(events);
    const checker = checkerOf('never-oversold', { spec: inventory });
    assert(checker !== null);
    const verdict = checker.check(history, unlimited);
    const { observers } = inventory;
    const [anomaly] = withMinimal(history, checker, verdict, unlimited, { observers }).anomalies;
    assert.deepEqual(rowsOfEvents(history, anomaly?.minimal ?? []), [0, 1, 3], 'not who was refused');
  });

  it('of lists keeps the appends of the elements that are read', () => {
    assert.deepEqual(
      minimalOf(
        `
        p0  |- x: append 1 -|  |- x: append 2 -|  |- x: append 3 -|
        p1                                                          |- x: read -> [1, 3] -|
      `,
        append,
      ),
      [
        'append 1 on x by process 0 (ops 0–1)',
        'append 2 on x by process 0 (ops 2–3)',
        'append 3 on x by process 0 (ops 4–5)',
        'read of x by process 1 (ops 6–7)',
      ],
    );
  });

  it('is sought for one anomaly of each kind before others', () => {
    const history = historyDrawn('p0  |- x: write 1 -|  |- x: read -> 5 -|');
    const anomalies = ['a', 'a', 'b'].map((kind) => ({ kind, ops: [2, 3], explanation: kind }));
    const verdict: Verdict = { valid: false, anomalies, stats: {} };
    const checker: Checker = { name: 'kinds', meaning: '', check: () => verdict };
    const found = withMinimal(history, checker, verdict, unlimited, { minimisedMax: 2 });
    assert.deepEqual(
      found.anomalies.map(({ minimal }) => minimal !== undefined),
      [true, false, true],
    );
  });

  it('says nothing of valid and undecided verdicts, and runs nothing', () => {
    const never: Checker = { name: 'never', meaning: '', check: () => assert.fail('it was run') };
    const history = History.of([]);
    for (const valid of [true, 'unknown'] as const) {
      const verdict: Verdict = { valid, anomalies: [], stats: {} };
      assert.equal(withMinimal(history, never, verdict, unlimited), verdict);
    }
  });

  it('is left out when the budget does not allow it, or the same reason is not found again', () => {
    const history = historyDrawn('p0  |- x: write 1 -|  |- x: read -> 5 -|');
    const checker = linearizable(casRegister);
    const verdict = checker.check(history, unlimited);
    assert.deepEqual(withMinimal(history, checker, verdict, nodeBudget(0)), verdict);
    const other = { ...checker, check: () => ({ valid: true as const, anomalies: [], stats: {} }) };
    assert.deepEqual(withMinimal(history, other, verdict, unlimited), verdict);
  });

  it('ends once the budget is used up, however many operations are left', () => {
    const writes = Array.from({ length: 300 }, () => '|- x: write 1 -|').join(' ');
    const history = historyDrawn(`p0  ${writes}  |- x: write 2 -|  |- x: read -> 1 -|`);
    const checker = linearizable(casRegister);
    const verdict = checker.check(history, unlimited);
    let refusals = 0;
    withMinimal(history, { ...checker, check: () => verdict }, verdict, {
      spend: () => ++refusals < 2,
    });
    assert.ok(refusals < 10, `it was asked ${refusals} times`);
  });

  it('costs no verdict when the checker fails at a part of the history', () => {
    const history = historyDrawn('p0  |- x: write 1 -|  |- x: read -> 5 -|');
    const broken: Checker = {
      name: 'broken',
      meaning: '',
      check: () => {
        throw new Error('no');
      },
    };
    const verdict: Verdict = {
      valid: false,
      anomalies: [{ kind: 'k', ops: [0, 1], explanation: '' }],
      stats: {},
    };
    assert.deepEqual(withMinimal(history, broken, verdict, unlimited), verdict);
  });
});

describe('the prefix for which a check held', () => {
  /** Refuses a history in which as many operations completed. */
  const refusesFrom = (completions: number): Checker => ({
    name: 'few',
    meaning: '',
    check: (history) => {
      const { completion, length } = history.operations;
      const done = Array.from({ length }, (_, row) => completion[row] ?? -1).filter((index) => index >= 0);
      const isFine = done.length < completions;
      const ops = done.slice(0, completions).sort((a, b) => a - b);
      return {
        valid: isFine,
        anomalies: isFine ? [] : [{ kind: 'many', ops, explanation: '' }],
        stats: {},
      };
    },
  });
  const history = historyDrawn(`
      p0  |- x: write 1 -|  |- x: write 2 -|  |- x: write 3 -|
      p1     |- x: write 4 -|  |- x: write 5 -|  |- x: write 6 -|
    `);

  it('ends before the event that makes it fail', () => {
    for (let completions = 1; completions <= 6; completions++) {
      const checker = refusesFrom(completions);
      const { heldUntil } = withMinimal(history, checker, checker.check(history, unlimited), unlimited);
      assert(heldUntil !== undefined);
      const prefix = (length: number): History => History.of([...history.ops()].slice(0, length));
      assert.equal(checker.check(prefix(heldUntil + 1), unlimited).valid, true);
      assert.equal(checker.check(prefix(heldUntil + 2), unlimited).valid, false);
    }
  });

  it('is not looked for where a legal order says more', () => {
    const checker = linearizable(casRegister);
    const wrong = historyDrawn('p0  |- x: write 1 -|  |- x: read -> 5 -|');
    const verdict = withMinimal(wrong, checker, checker.check(wrong, unlimited), unlimited);
    assert(verdict.anomalies[0]?.prefix);
    assert.equal(verdict.heldUntil, undefined);
  });
});
