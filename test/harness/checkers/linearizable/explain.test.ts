import assert from 'node:assert/strict';
import { registerHistory } from '../../../../harness/bench/checkers/registerHistory.ts';
import { withCorruptedRead } from '../../../../harness/bench/checkers/corruptRead.ts';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import type { Anomaly, Budget } from '../../../../harness/checkers/checker.ts';
import { explanationPart } from '../../../../harness/checkers/linearizable/effort.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { History } from '../../../../harness/columns/history.ts';
import type { Op } from '../../../../harness/history.ts';
import { kv } from '../../../../harness/specs/kv.ts';
import { queue } from '../../../../harness/specs/queue.ts';
import { casRegister, register } from '../../../../harness/specs/register.ts';
import { set } from '../../../../harness/specs/set.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';
import { parseDrawing } from '../notation.ts';

/** What is said of a drawing of a cas register. Values are written twice, so that no special case decides it. */
function anomalyIn(...lines: readonly string[]): Anomaly {
  const { history } = parseDrawing(lines.join('\n'));
  const verdict = linearizable(casRegister).check(History.of(history), unlimited);
  assert.equal(verdict.stats['keys decided by search'], 1);
  const [anomaly] = verdict.anomalies;
  assert(anomaly);
  return anomaly;
}

describe('explanations of what the search refuses', () => {
  it('a value that was replaced, with the writers that it could have come from', () => {
    const { explanation, ops, prefix, key } = anomalyIn(
      'p0  |- x: write 1 -|                                              |- x: read -> 1 -|',
      'p1                    |- x: write 1 -|       |- x: write 2 -|',
    );
    assert.equal(
      explanation,
      'read of x by process 0 (ops 6–7) answered 1, but 2 was written and acknowledged before it began (ops 4–5) ' +
        'and nothing wrote 1 again.',
    );
    assert.deepEqual(ops, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(prefix, [
      { op: 0, state: '1' },
      { op: 2, state: '1' },
      { op: 4, state: '2' },
    ]);
    assert.equal(key, 'x');
  });

  it('states that were possible, and what it contradicts', () => {
    const { explanation, ops } = anomalyIn(
      'p0  |- write 1 -|  |- write 1 -|  |- write 2 -|     |- cas [1, 3] -|',
      'p1                                |- write 3 -|',
    );
    assert.equal(
      explanation,
      'cas [1,3] by process 0 (ops 8–9) succeeded, but 3 was written and acknowledged before it began (ops 5–7) ' +
        'and nothing wrote 1 again.',
    );
    assert(ops.includes(8));
    const refused = anomalyIn(
      'p0  |- write 1 -|  |- write 1 -|  |- read -> 1 -|',
      'p1                                                  |- cas [1, 2] -> false -|',
    );
    assert.equal(
      refused.explanation,
      'cas [1,2] by process 1 (ops 6–7) answered false, but wherever it may have taken effect, the state was 1; ' +
        'it contradicts read by process 0 (ops 4–5) answered 1.',
    );
  });

  it('the completion that it names does not depend on what came later', () => {
    const wrong = [
      'p0  |- write 1 -|  |- write 1 -|  |- write 2 -|  |- read -> 1 -|',
      'p1                                                 |- read -> 2 -|',
    ];
    const later = ['p2                                                                    |- read -> 7 -|'];
    assert.equal(anomalyIn(...wrong, ...later).explanation, anomalyIn(...wrong).explanation);
  });

  it('keeps the end of a long prefix, and finds contradictions among thousands of operations', () => {
    const writes = Array.from({ length: 2_000 }, () => '|- write 1 -|').join(' ');
    const { explanation, ops, prefix = [] } = anomalyIn(`p0  ${writes} |- write 2 -| |- read -> 1 -|`);
    assert.match(
      explanation,
      /but 2 was written and acknowledged before it began .* and nothing wrote 1 again\./,
    );
    // The last writes of the value, what replaced it, and the read: not all the writes, though each takes part.
    assert.deepEqual(
      ops,
      Array.from({ length: 2 * (8 + 2) }, (_, at) => 2 * 1_992 + at),
    );
    assert.equal(prefix.length, 1_000);
    assert.equal(prefix.at(-1)?.state, '2');
  });
});

describe('explanations of what special cases refuse', () => {
  function explained(spec: SequentialSpec, drawing: string): Anomaly {
    const verdict = linearizable(spec).check(History.of(parseDrawing(drawing).history), unlimited);
    assert.equal(verdict.stats['keys decided by search'], undefined);
    const [anomaly] = verdict.anomalies;
    assert(anomaly);
    return anomaly;
  }

  const wrong: readonly (readonly [SequentialSpec, string, string])[] = [
    [
      register,
      'p0  |- write 1 -| |- write 2 -| |- read -> 1 -|  |- write 3 -| |- read -> 9 -|',
      'read by process 0 (ops 4–5) answered 1, but 2 was written and acknowledged before it began (ops 2–3) ' +
        'and nothing wrote 1 again.',
    ],
    [
      queue,
      'p0  |- enqueue 1 -| |- enqueue 2 -| |- dequeue null -> 2 -| |- dequeue null -> 9 -| |- dequeue null -> 1 -|',
      'dequeue by process 0 (ops 4–5) answered 2, but 1 stood before 2, because enqueue 1 by process 0 (ops 0–1) ' +
        'had ended before enqueue 2 by process 0 (ops 2–3) began, and 1 had not been dequeued by then.',
    ],
    [
      set,
      'p0  |- add 1 -| |- read -> [] -| |- add 2 -| |- read -> [9] -|',
      'read by process 0 (ops 2–3) did not have 1, but it was added and acknowledged before that began (ops 0–1).',
    ],
  ];
  for (const [spec, drawing, sentence] of wrong)
    it(`${spec.name}: the first contradiction, whatever is wrong later`, () => {
      assert.equal(explained(spec, drawing).explanation, sentence);
    });

  it('an operation that was in flight at the contradiction is told with its answer', () => {
    const { explanation, ops } = explained(
      register,
      [
        'p0  |- write 1 -| |- read -> 2 -| |- read -> 1 -|               |- read -> 9 -|',
        'p1                 |------------- write 2 ------------|',
      ].join('\n'),
    );
    assert.match(explanation, /^read by process 0 \(ops 5–6\) answered 1, but process 0 had read 2/);
    assert.deepEqual(ops, [0, 1, 2, 4, 5, 6]);
  });

  it('a cas in flight that did not match is not told to have matched', () => {
    const { explanation, ops } = explained(
      casRegister,
      [
        'p0  |- write 1 -| |- read -> 2 -|                |- read -> 9 -|',
        'p1               |------------- cas [1, 2] -> false ------------|',
      ].join('\n'),
    );
    assert.equal(explanation, 'read by process 0 (ops 3–4) answered 2, but nothing had ever written 2.');
    assert.deepEqual(ops, [3, 4]);
  });
});

describe('explanations of histories whose spec fails', () => {
  it('say as much as is known', () => {
    const drawing = 'p0  |- put 5 -| |- append a -| |- get -> x -|';
    const verdict = linearizable(kv).check(History.of(parseDrawing(drawing).history), unlimited);
    assert.equal(verdict.valid, false);
    assert.deepEqual(
      verdict.anomalies.map(({ explanation, ops }) => ({ explanation, ops })),
      [
        {
          explanation:
            'what was answered for the whole object up to event 5 fits no order; more cannot be told: ' +
            "the spec kv failed at 'append': kv appends strings, not 5.",
          ops: [5],
        },
      ],
    );
  });
});

describe('what an explanation costs', () => {
  const caveat =
    ' (The budget allowed no longer search: there may be an earlier contradiction, and one of fewer operations.)';

  /** A budget that counts what is spent of it and of its parts. */
  class Counted implements Budget {
    spent = 0;
    private readonly budget: Budget;
    private readonly whole: Counted | undefined;

    constructor(budget: Budget, whole?: Counted) {
      this.budget = budget;
      this.whole = whole;
    }

    spend(nodes: number): boolean {
      this.count(nodes);
      return this.budget.spend(nodes);
    }

    count(nodes: number): void {
      this.spent += nodes;
      this.whole?.count(nodes);
    }

    share(part: number): Budget {
      return new Counted(this.budget.share?.(part) ?? this.budget, this);
    }
  }

  /** What is said of the first anomaly, and what it cost in nodes to find it and to say that. */
  function told(
    history: History,
    spec: SequentialSpec,
    budget: Budget,
  ): { readonly anomaly: Anomaly; readonly found: number; readonly explained: number } {
    const counted = new Counted(budget);
    const { valid, anomalies } = linearizable(spec).check(history, counted);
    assert.equal(valid, false);
    const found = counted.spent;
    const [anomaly] = anomalies;
    assert(anomaly);
    assert(anomaly.ops.length > 0);
    return { anomaly, found, explained: counted.spent - found };
  }

  it('is a part of the budget that is left, and what was not looked for is said to be', () => {
    const load = { operations: 10_000, clients: 10, keys: 1, values: 5, seed: 1 };
    const history = withCorruptedRead(registerHistory(load));
    const whole = told(history, casRegister, unlimited);
    assert.doesNotMatch(whole.anomaly.explanation, /budget/);
    const left = 80_000;
    const short = told(history, casRegister, nodeBudget(whole.found + left));
    assert(whole.explained > short.explained);
    // The last slice may go beyond what is left.
    assert(short.explained <= explanationPart * left + 4_096, `${short.explained} nodes`);
    assert(short.anomaly.explanation.endsWith(caveat), short.anomaly.explanation);
    const none = told(history, casRegister, nodeBudget(whole.found));
    assert(none.explained <= 4_096, `${none.explained} nodes`);
    assert(none.anomaly.explanation.endsWith(caveat), none.anomaly.explanation);
  });

  it('is little for a short history, which is explained in full with nothing left', () => {
    const history = withCorruptedRead(
      registerHistory({ operations: 60, clients: 5, keys: 1, values: 5, seed: 2 }),
    );
    const { anomaly, found } = told(history, casRegister, unlimited);
    assert.equal(told(history, casRegister, nodeBudget(found)).anomaly.explanation, anomaly.explanation);
  });

  it('where a special case refutes, its own proof stands', () => {
    const ops: Op[] = [];
    const operations = 40_000;
    for (let at = 0; at < operations; at++) {
      const isStale = at === operations - 3 || at === operations - 1;
      const op = { timeNs: 0, process: 0, f: at % 2 === 0 ? 'write' : 'read', key: 'x' };
      const value = at % 2 === 0 ? at : isStale ? at - 3 : at - 1;
      ops.push({ ...op, index: ops.length, type: 'invoke', value: at % 2 === 0 ? value : null });
      ops.push({ ...op, index: ops.length, type: 'ok', value });
    }
    const history = History.of(ops);
    const whole = told(history, register, unlimited).anomaly.explanation;
    assert.match(whole, /^read of x by process 0 \(ops 79994–79995\) answered 39994, but /);
    const spent = told(history, register, nodeBudget(0)).anomaly.explanation;
    assert(spent.endsWith(caveat), spent);
    assert.match(spent, /^read of x by process 0 \(ops \d+–\d+\) answered \d+, but /);
  });
});
