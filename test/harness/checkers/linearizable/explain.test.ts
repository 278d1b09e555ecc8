import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Anomaly } from '../../../../harness/checkers/checker.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { History } from '../../../../harness/columns/history.ts';
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
