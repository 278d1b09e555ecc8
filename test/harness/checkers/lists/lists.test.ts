import assert from 'node:assert/strict';
import { nodeBudget, unlimited } from '../../../../harness/checkers/budget.ts';
import type { Verdict } from '../../../../harness/checkers/checker.ts';
import { listLevel, type ListLevel } from '../../../../harness/checkers/lists/listLevel.ts';
import { History } from '../../../../harness/columns/history.ts';
import { parseDrawing } from '../notation.ts';

function verdictOf(level: ListLevel, drawing: string, budget = unlimited): Verdict {
  const history = History.of(parseDrawing(drawing.replace(/^ +/gm, '')).history);
  return listLevel(level).check(history, budget);
}

/** A drawing with the levels that refuse it, and what they say; all other levels accept it. */
const drawings: readonly {
  readonly title: string;
  readonly drawing: string;
  readonly says: Partial<Record<ListLevel, string>>;
}[] = [
  {
    title: 'a list that grows, read late but in order',
    drawing: `
      p0  |- x: append 1 -|  |- x: append 2 -|
      p1                                        |- x: read -> [1] -|  |- x: read -> [1, 2] -|
      p2                                        |- x: read -> [] -|   |- x: read -> [1] -|
    `,
    says: {},
  },
  {
    title: 'an append without an answer, seen or never',
    drawing: `
      p0  |- x: append 1 -?
      p1  |- x: append 2 -?
      p2                     |- x: read -> [2] -|
    `,
    says: {},
  },
  {
    title: 'a session that goes on before its append without an answer takes effect',
    drawing: `
      p0  |- x: append 1 -?  |- x: read -> [] -|
      p1                                          |- x: read -> [1] -|
    `,
    says: {},
  },
  {
    title: 'two replicas that know different appends',
    drawing: `
      p0  |- x: append 1 -|  |- x: read -> [1] -|
      p1  |- x: append 2 -|  |- x: read -> [2] -|
      p2                                            |- x: read -> [2, 1] -|
    `,
    says: {
      sequential:
        'process 2 read [2,1] of x (ops 8–9), and process 0 read [1] of x (ops 4–6): neither is the beginning of the other.',
    },
  },
  {
    title: 'an own append that is not read',
    drawing: 'p0  |- x: append 1 -|  |- x: read -> [] -|',
    says: {
      sequential:
        'process 0 appended 1 to x (ops 0–1), then read [] of x (ops 2–3); process 0 read [] of x (ops 2–3), without 1, so before process 0 appended 1 to x (ops 0–1): a circle.',
      ccv: 'process 0 read [] of x (ops 2–3), without 1, though it depends on it: process 0 appended 1 to x (ops 0–1).',
      'read-your-writes': 'process 0 appended 1 to x (ops 0–1), and then read [] of x (ops 2–3), without 1.',
    },
  },
  {
    title: 'a read that goes back',
    drawing: `
      p0  |- x: append 1 -|
      p1                     |- x: read -> [1] -|  |- x: read -> [] -|
    `,
    says: {
      sequential:
        'process 0 appended 1 to x (ops 0–1), and process 1 read [1] of x (ops 2–3), which shows it; process 1 read [1] of x (ops 2–3), then read [] of x (ops 4–5); process 1 read [] of x (ops 4–5), without 1, so before process 0 appended 1 to x (ops 0–1): a circle.',
      ccv: 'process 1 read [] of x (ops 4–5), without 1, though it depends on it: process 0 appended 1 to x (ops 0–1).',
      'monotonic-reads': 'process 1 read [1] of x (ops 2–3), and then read [] of x (ops 4–5), without 1.',
    },
  },
  {
    title: 'the appends of a process in another order',
    drawing: `
      p0  |- x: append 1 -|  |- x: append 2 -|
      p1                                        |- x: read -> [2, 1] -|
    `,
    says: {
      sequential:
        'process 0 appended 1 to x (ops 0–1), then appended 2 to x (ops 2–3); 2 stands before 1 in a list, so process 0 appended 2 to x (ops 2–3) before process 0 appended 1 to x (ops 0–1): a circle.',
      ccv: 'process 0 appended 1 to x (ops 0–1), then appended 2 to x (ops 2–3); 2 stands before 1 in a list, so process 0 appended 2 to x (ops 2–3) before process 0 appended 1 to x (ops 0–1): a circle.',
      'monotonic-writes':
        'process 0 appended 1 to x (ops 0–1), then appended 2 to x (ops 2–3), but process 1 read [2,1] of x (ops 4–5), in which 1 stands after it.',
    },
  },
  {
    title: 'an append without the one that its process had read',
    drawing: `
      p0  |- x: append 1 -|
      p1                     |- x: read -> [1] -|  |- x: append 2 -|
      p2                                                              |- x: read -> [2] -|
    `,
    says: {
      sequential: '',
      ccv: '',
      'writes-follow-reads':
        'process 1 read [1] of x (ops 2–3), then appended 2 to x (ops 4–5), but process 2 read [2] of x (ops 6–7), in which 1 stands not at all.',
    },
  },
  {
    title: 'causality that goes over another key',
    drawing: `
      p0  |- x: append 1 -|  |- y: append 1 -|
      p1                                        |- y: read -> [1] -|  |- x: read -> [] -|
    `,
    says: {
      sequential: '',
      ccv: 'process 1 read [] of x (ops 6–7), without 1, though it depends on it: process 0 appended 1 to x (ops 0–1).',
    },
  },
  {
    title: 'a failed append that is read',
    drawing: 'p0  |- x: append 1 -x  |- x: read -> [1] -|',
    says: {
      sequential: 'process 0 read [1] of x (ops 2–3), which shows an element that nobody appended.',
      ccv: 'process 0 read [1] of x (ops 2–3), which shows an element that nobody appended.',
    },
  },
  {
    title: 'an append that was applied twice',
    drawing: 'p0  |- x: append 1 -|  |- x: read -> [1, 1] -|',
    says: {
      sequential: 'process 0 read [1,1] of x (ops 2–3), which shows an element twice.',
      ccv: 'process 0 read [1,1] of x (ops 2–3), which shows an element twice.',
    },
  },
];

const levels: readonly ListLevel[] = [
  'sequential',
  'ccv',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
];

describe('levels of lists, drawn', () => {
  for (const { title, drawing, says } of drawings)
    it(title, () => {
      for (const level of levels) {
        const { valid, anomalies } = verdictOf(level, drawing);
        const expected = says[level];
        assert.equal(valid, expected === undefined, level);
        const [anomaly] = anomalies;
        if (!anomaly || expected === '') continue;
        assert.equal(anomaly.explanation, expected);
        for (const [, from, to] of anomaly.explanation.matchAll(/\(ops (\d+)–(\d+)\)/g))
          assert(anomaly.ops.includes(Number(from)) && anomaly.ops.includes(Number(to)));
      }
    });

  it('decide nothing about elements that were appended twice, and other objects', () => {
    for (const drawing of [
      'p0  |- x: append 1 -|  |- x: append 1 -|',
      'p0  |- x: write 1 -|',
      'p0  |- x: append 1 -|  |- x: read -> 1 -|',
    ])
      for (const level of levels) {
        const { valid, reason } = verdictOf(level, drawing);
        assert.deepEqual([valid, typeof reason], ['unknown', 'string']);
      }
  });

  it('give up when the budget is used up', () => {
    for (const level of levels)
      assert.equal(verdictOf(level, 'p0  |- x: append 1 -|', nodeBudget(0)).valid, 'unknown');
  });
});
