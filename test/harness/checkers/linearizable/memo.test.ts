import assert from 'node:assert/strict';
import { known, Memo } from '../../../../harness/checkers/linearizable/memo.ts';
import { OpenGroups } from '../../../../harness/checkers/linearizable/openGroups.ts';
import { never } from '../../../../harness/columns/operations.ts';

/** Open operations with these codes, one after the other. */
function openGroups(codes: readonly number[]): OpenGroups {
  const length = codes.length;
  return new OpenGroups(
    {
      length,
      row: new Int32Array(length),
      code: Int32Array.from(codes),
      start: Int32Array.from(codes.keys()),
      end: new Int32Array(length).fill(never),
    },
    () => true,
  );
}

/** Words with so many of each group used. */
function words(groups: OpenGroups, counts: readonly number[]): Int32Array {
  const used = new Int32Array(groups.words);
  for (const [group, count] of counts.entries()) {
    const word = groups.word[group] ?? 0;
    used[word] = (used[word] ?? 0) + (count << (groups.shift[group] ?? 0));
  }
  return used;
}

describe('groups of open operations', () => {
  it('count those with the same code, in the order of their starts', () => {
    const groups = openGroups([7, 5, 7, 7, 5, 9]);
    assert.deepEqual([...groups.code], [7, 5, 9]);
    assert.deepEqual([...groups.starts], [0, 2, 3, 1, 4, 5]);
    const used = words(groups, [3, 1, 0]);
    assert.deepEqual(
      [0, 1, 2].map((group) => groups.used(used, 0, group)),
      [3, 1, 0],
    );
  });

  it('of any size and number fit into words, field beside field', () => {
    for (const size of [1, 2, 3, 4, 7, 8, 100]) {
      const groups = openGroups(Array.from({ length: size * 40 }, (_, at) => at % 40));
      const counts = Array.from({ length: 40 }, (_, group) => (group * 7) % (size + 1));
      const used = words(groups, counts);
      assert.deepEqual(
        counts.map((_, group) => groups.used(used, 0, group)),
        counts,
      );
    }
  });
});

describe('the memo of configurations', () => {
  const isNew = (memo: Memo, number: number, state: number, mask: number, counts: Int32Array): boolean =>
    memo.add(number, state, Int32Array.of(mask, ...counts)) !== known;

  it('knows equal configurations, and no others', () => {
    const memo = new Memo(1, new Int32Array(0), { wordsLeft: 1e6 }, 1);
    const none = new Int32Array(0);
    for (let number = 0; number < 20; number++)
      for (let state = 0; state < 20; state++)
        for (let mask = 0; mask < 20; mask++) assert(isNew(memo, number, state, mask, none));
    for (let state = 0; state < 20; state++) assert(!isNew(memo, 3, state, 7, none));
  });

  it('knows what used at least as many of every group', () => {
    const groups = openGroups([1, 1, 1, 2, 2, ...Array.from({ length: 30 }, (_, at) => at + 3)]);
    const counts = (...first: readonly number[]): Int32Array => words(groups, first);
    const memo = new Memo(1, groups.guards, { wordsLeft: 1e6 }, 1);
    assert(isNew(memo, 0, 0, 5, counts(1, 2)));
    assert(!isNew(memo, 0, 0, 5, counts(1, 2)));
    assert(!isNew(memo, 0, 0, 5, counts(2, 2, 1)));
    assert(!isNew(memo, 0, 0, 5, counts(3, 2, ...new Array<number>(30).fill(1))));
    assert(isNew(memo, 0, 0, 5, counts(3, 1)));
    assert(isNew(memo, 0, 0, 5, counts(0, 2, 0, 1)));
    assert(!isNew(memo, 0, 0, 5, counts(0, 2, 1, 1)));
    assert(isNew(memo, 0, 1, 5, counts(3, 2)));
    assert(isNew(memo, 0, 0, 4, counts(3, 2)));
  });

  it('takes its memory from the allowance', () => {
    const allowance = { wordsLeft: 1e6 };
    const memo = new Memo(1, new Int32Array(0), allowance, 1);
    for (let number = 0; number < 10_000; number++) memo.add(number, 0, Int32Array.of(1));
    assert(allowance.wordsLeft < 1e6 - 50_000);
  });
});
