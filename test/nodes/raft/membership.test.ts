import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { changedMembers, Membership } from '../../../nodes/raft/membership.ts';
import type { Entry } from '../../../nodes/raft/messages.ts';
import { majority } from '../../../nodes/raft/quorum.ts';

const nodes = (...numbers: number[]): NodeId[] => numbers.map(nodeId);
const entry = (index: number, ...numbers: number[]): Entry => ({
  term: 1,
  index,
  command: { type: 'members', members: nodes(...numbers) },
});

describe('raft membership (§4.1)', () => {
  it('is in force as soon as its entry is in the log', () => {
    const membership = new Membership(nodes(1, 2, 3));
    membership.append([entry(5, 1, 2, 3, 4)]);
    assert.deepEqual([membership.members, membership.index], [nodes(1, 2, 3, 4), 5]);
  });

  it('falls with its entry', () => {
    const membership = new Membership(nodes(1, 2, 3));
    membership.append([entry(5, 1, 2, 3, 4), entry(8, 1, 2, 3)]);
    membership.truncateFrom(8);
    assert.deepEqual(membership.members, nodes(1, 2, 3, 4));
    membership.truncateFrom(2);
    assert.deepEqual([membership.members, membership.index], [nodes(1, 2, 3), 0]);
  });

  it('of a snapshot is what was in force at its index', () => {
    const membership = new Membership(nodes(1, 2, 3));
    membership.append([entry(5, 1, 2, 3, 4), entry(8, 1, 2, 3)]);
    assert.deepEqual(membership.membersAt(4), nodes(1, 2, 3));
    assert.deepEqual(membership.membersAt(7), nodes(1, 2, 3, 4));
  });

  it('skips entries that a snapshot covers', () => {
    const membership = new Membership(nodes(1, 2), 6);
    membership.append([entry(5, 1, 2, 3)]);
    assert.deepEqual(membership.members, nodes(1, 2));
  });

  it('changes by one node, so that any majority before meets any majority after', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.boolean(), (size, isAdded) => {
        const before = nodes(...Array.from({ length: size }, (_, at) => at + 1));
        const after = isAdded
          ? changedMembers(before, 'add', nodeId(size + 1))
          : changedMembers(before, 'remove', nodeId(1));
        if (after.length === 0) return;
        const union = new Set([...before, ...after]).size;
        assert(majority(before.length) + majority(after.length) > union);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
