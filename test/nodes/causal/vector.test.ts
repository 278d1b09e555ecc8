/** Vectors form a lattice, and their text says all of it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  covers,
  entryOf,
  joined,
  textOfVector,
  vectorOf,
  vectorPattern,
  withEntry,
  type Vector,
} from '../../../nodes/causal/vector.ts';

const runs = { numRuns: 300, seed: 7 };
const vector: fc.Arbitrary<Vector> = fc.dictionary(fc.integer({ min: 1, max: 12 }).map(String), fc.nat(4));

describe('vectors of causal', () => {
  it('join to the least that covers both', () => {
    fc.assert(
      fc.property(vector, vector, vector, (a, b, c) => {
        const both = joined(a, b);
        assert(covers(both, a) && covers(both, b));
        assert.equal(covers(c, both), covers(c, a) && covers(c, b));
        assert.equal(textOfVector(both), textOfVector(joined(b, a)));
        assert.equal(textOfVector(joined(both, c)), textOfVector(joined(a, joined(b, c))));
        assert.equal(textOfVector(joined(a, a)), textOfVector(a));
      }),
      runs,
    );
  });

  it('cover each other only if they say the same', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        assert.equal(covers(a, b) && covers(b, a), textOfVector(a) === textOfVector(b));
      }),
      runs,
    );
  });

  it('come back from their text, which the pattern takes', () => {
    const pattern = new RegExp(vectorPattern);
    fc.assert(
      fc.property(vector, (a) => {
        const text = textOfVector(a);
        assert(pattern.test(text), text);
        const back = vectorOf(text);
        assert(covers(back, a) && covers(a, back));
      }),
      runs,
    );
  });

  it('have the larger of two entries for one node', () => {
    assert.deepEqual(vectorOf('1:5,2:1,1:3'), { '1': 5, '2': 1 });
    assert.deepEqual(withEntry({ '1': 5 }, '2', 3), { '1': 5, '2': 3 });
    assert.equal(entryOf({ '1': 5 }, '9'), 0);
  });
});
