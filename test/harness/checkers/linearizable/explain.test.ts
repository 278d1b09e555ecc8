import assert from 'node:assert/strict';
import { unlimited } from '../../../../harness/checkers/budget.ts';
import type { Anomaly } from '../../../../harness/checkers/checker.ts';
import { linearizable } from '../../../../harness/checkers/linearizable/linearizable.ts';
import { History } from '../../../../harness/columns/history.ts';
import { casRegister } from '../../../../harness/specs/register.ts';
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
    const { explanation, prefix = [] } = anomalyIn(`p0  ${writes} |- write 2 -| |- read -> 1 -|`);
    assert.match(
      explanation,
      /but 2 was written and acknowledged before it began .* and nothing wrote 1 again\./,
    );
    assert.equal(prefix.length, 1_000);
    assert.equal(prefix.at(-1)?.state, '2');
  });
});
