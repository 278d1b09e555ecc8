import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { majority, reachedByQuorum } from '../../../nodes/raft/quorum.ts';

describe('raft quorums', () => {
  it('any two majorities share a member', () => {
    for (let members = 1; members <= 9; members++) {
      assert(2 * majority(members) > members);
      assert(2 * (majority(members) - 1) <= members, 'and no fewer would do');
    }
  });

  it('agrees with counting, for every set of values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 9 }), (values) => {
        const members = values.map((_, at) => nodeId(at + 1));
        const quorum = majority(members.length);
        const reached = reachedByQuorum(members, quorum, (member) => values[members.indexOf(member)] ?? 0);
        const count = (bound: number): number => values.filter((value) => value >= bound).length;
        assert(count(reached) >= quorum, 'a quorum has reached it');
        assert(count(reached + 1) < quorum, 'and nothing higher');
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is reached by nobody in a cluster of none', () => {
    assert.equal(
      reachedByQuorum([], majority(0), () => 5),
      Number.NEGATIVE_INFINITY,
    );
  });
});
