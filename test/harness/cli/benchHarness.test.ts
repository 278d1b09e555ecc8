import assert from 'node:assert/strict';
import { summaryOf } from '../../../harness/cli/benchHarness.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';

describe('bench:harness', () => {
  it('sums its rounds up as its schema says', () => {
    const round = (harnessPerSecond: number) =>
      ({ harnessPerSecond, autocannonPerSecond: 1000, writesPerFsync: harnessPerSecond / 100 }) as const;
    const summary = summaryOf([round(900), round(700), round(800)]);
    assert.deepEqual(schemaProblems('benchHarness', JSON.parse(JSON.stringify(summary))), []);
    assert.equal(summary.ratio, 0.8);
    assert.equal(summary.writesPerFsync, 8);
  });
});
