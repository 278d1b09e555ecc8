/**
 * Members that change under load and faults (chapter 4): the invariants hold, and clients see one list (§6.3, §6.4).
 * The checker of those lists is shown to find what it is for.
 */
import assert from 'node:assert/strict';
import { Churn } from './churn.ts';
import { problemsOf, type ListOp } from './listHistory.ts';

describe('raft while members come and go', () => {
  const reached = new Map<string, number>();

  for (let seed = 1; seed <= 25; seed++) {
    it(`loses nothing, repeats nothing, shows nothing old, and recovers, seed ${seed}`, () => {
      const churn = new Churn(String(seed));
      assert.deepEqual(churn.run(), []);
      for (const [probe, count] of churn.probes) reached.set(probe, (reached.get(probe) ?? 0) + count);
    });
  }

  it('reaches changes, transfers, snapshots and retries', () => {
    for (const [probe, least] of [
      ['membership-changed', 40],
      ['leadership-transferred', 5],
      ['snapshot-installed', 20],
      ['request-deduplicated', 20],
      ['log-truncated', 1],
    ] as const)
      assert((reached.get(probe) ?? 0) >= least, `${probe}: ${reached.get(probe)}`);
  });

  for (const bug of ['no-request-dedup', 'definite-error-after-append', 'two-changes-at-once']) {
    it(`would notice: ${bug}`, () => {
      const seeds = Array.from({ length: 60 }, (_, seed) => String(seed));
      assert(seeds.some((seed) => new Churn(seed, bug).run().length > 0));
    });
  }
});

describe('a history of lists', () => {
  const append = (
    value: number,
    startUs: number,
    endUs: number,
    outcome: ListOp['outcome'] = 'ok',
  ): ListOp => ({
    key: 'a',
    value,
    startUs,
    endUs,
    outcome,
    list: [],
  });
  const read = (list: number[], startUs: number, endUs: number): ListOp => ({
    key: 'a',
    value: null,
    startUs,
    endUs,
    outcome: 'ok',
    list,
  });

  it('may show what is open or concurrent, or not', () => {
    const open = append(2, 20, Infinity, 'open');
    assert.deepEqual(problemsOf([append(1, 0, 10), open, read([1], 15, 30), read([1, 2], 25, 40)]), []);
    assert.deepEqual(problemsOf([append(1, 0, 10), read([], 5, 8), read([1], 11, 12)]), []);
  });

  for (const [what, expected, ops] of [
    ['a lost value', /1 was acknowledged and is lost/, [append(1, 0, 1), read([], 0, 3)]],
    ['a value that was refused', /1 was refused and is there/, [append(1, 0, 1, 'fail'), read([1], 2, 3)]],
    ['a value twice', /appended twice/, [append(1, 0, 1), read([1, 1], 2, 3)]],
    ['two pasts', /different pasts/, [read([1, 2], 0, 1), read([2], 2, 3)]],
    ['an old read', /0 of at least 1/, [append(1, 0, 1), read([1], 2, 3), read([], 4, 5)]],
    ['an order against time', /1 of at least 2/, [append(1, 0, 1), append(2, 2, 3), read([2, 1], 4, 5)]],
  ] as [string, RegExp, ListOp[]][]) {
    it(`must not show ${what}`, () => {
      assert.match(problemsOf(ops).join('\n'), expected);
    });
  }
});
