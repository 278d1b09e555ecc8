import assert from 'node:assert/strict';
import { arrayOf, lengthened, zeros } from '../../../../harness/checkers/linearizable/arrays.ts';

describe('arrays that are cut from blocks', () => {
  it('hold zeros, and share nothing, whatever their lengths are', () => {
    const arrays = Array.from({ length: 3000 }, (_, at) => zeros((at * 37) % 1500));
    for (const [at, array] of arrays.entries()) {
      assert.equal(array.length, (at * 37) % 1500);
      assert.ok(array.every((number) => number === 0));
      array.fill(at + 1);
    }
    for (const [at, array] of arrays.entries()) assert.ok(array.every((number) => number === at + 1));
  });

  it('are filled from lists, and grow with zeros at their ends', () => {
    assert.deepEqual([...arrayOf([3, -1, 2])], [3, -1, 2]);
    assert.deepEqual([...lengthened(arrayOf([3, -1, 2]), 5)], [3, -1, 2, 0, 0]);
    assert.deepEqual([...lengthened(arrayOf([3, -1, 2]), 2)], [3, -1]);
  });
});
