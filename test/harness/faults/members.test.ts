/** The faults of members: whom they take out, and when they may not. */
import assert from 'node:assert/strict';
import {
  MalformedEntry,
  type ClusterView,
  type FaultEffect,
  type MembershipView,
  type ScheduleEntry,
  type Unavailable,
} from '../../../harness/faults/fault.ts';
import { membership } from '../../../harness/faults/membership.ts';
import { rejoinEmpty } from '../../../harness/faults/rejoinEmpty.ts';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';

const nodes = [1, 2, 3, 4, 5].map(nodeId);
const [n3, n6] = [nodeId(3), nodeId(6)];

function view(change: Partial<MembershipView> = {}, leader: NodeId | null = n3): ClusterView {
  return {
    nodes,
    leader,
    membership: { fresh: n6, free: nodes, mayShrink: true, mayLose: true, ...change },
  };
}

function change(
  params: ScheduleEntry['params'],
  seen: ClusterView = view(),
  seed = 1,
): FaultEffect | Unavailable {
  return membership.effect(params, seen, createPrng(seed));
}

function why(effect: FaultEffect | Unavailable): string {
  assert('unavailable' in effect);
  return effect.unavailable;
}

describe('the fault membership', () => {
  it('adds a new node, takes a member out, or does both for good', () => {
    assert.deepEqual(change({ mode: 'add', target: 'new' }), {
      members: { leaves: null, joins: n6, isLasting: false, isLost: false },
      resolved: { target: 'new', nodes: [n6], mode: 'add' },
    });
    assert.deepEqual(change({ mode: 'remove', target: 'leader' }), {
      members: { leaves: n3, joins: null, isLasting: false, isLost: false },
      resolved: { target: 'leader', nodes: [n3], mode: 'remove' },
    });
    assert.deepEqual(change({ mode: 'replace', nodes: ['n3'] }), {
      members: { leaves: n3, joins: n6, isLasting: true, isLost: false },
      resolved: { target: 'named', nodes: [n3], joins: n6, mode: 'replace' },
    });
  });

  it('draws all of them, and takes the leader out when it is aimed at it', () => {
    const drawn = (aim?: 'leader'): Set<string> =>
      new Set(
        Array.from({ length: 60 }, (_, seed) => {
          const { mode, target } = membership.draw(createPrng(seed), { nodes, ...(aim && { aim }) });
          return JSON.stringify([mode, target]);
        }),
      );
    assert.deepEqual([...drawn()].sort(), [
      '["add","new"]',
      '["remove","leader"]',
      '["remove","one"]',
      '["replace","leader"]',
      '["replace","one"]',
    ]);
    assert.deepEqual([...drawn('leader')].sort(), ['["remove","leader"]', '["replace","leader"]']);
  });

  it('takes out only members that nobody else is busy with, and leaves enough of them', () => {
    const free = [nodeId(2)];
    for (let seed = 0; seed < 20; seed++) {
      const effect = change({ mode: 'remove', target: 'one' }, view({ free }), seed);
      assert(!('unavailable' in effect));
      assert.equal(effect.members?.leaves, 'n2');
    }
    assert.match(why(change({ mode: 'remove', target: 'leader' }, view({ free }))), /n3 is concerned/);
    assert.match(why(change({ mode: 'remove', target: 'one' }, view({ free: [] }))), /every member/);
    assert.match(why(change({ mode: 'remove', target: 'one' }, view({ mayShrink: false }))), /too few/);
    assert.match(why(change({ mode: 'add', target: 'new' }, view({ fresh: null }))), /as many nodes/);
  });

  it('is not there for clusters whose members are fixed, and waits for a leader that it needs', () => {
    for (const params of [
      { mode: 'add', target: 'new' },
      { mode: 'remove', target: 'one' },
    ])
      assert.match(why(change(params, { nodes, leader: n3 })), /cannot be changed/);
    assert.deepEqual(change({ mode: 'remove', target: 'leader' }, view({}, null)), {
      unavailable: 'no leader is known',
      isWorthAWait: true,
    });
  });

  it('refuses parameters that no draw can have made', () => {
    for (const params of [
      { mode: 'add', target: 'one' },
      { mode: 'remove', target: 'minority' },
      { mode: 'remove', nodes: ['n1', 'n2'] },
      { mode: 'remove', nodes: ['n9'] },
      { mode: 'evict', target: 'one' },
    ])
      assert.throws(() => change(params), MalformedEntry, JSON.stringify(params));
  });
});

describe('the fault rejoin-empty', () => {
  const lose = (seen: ClusterView): FaultEffect | Unavailable =>
    rejoinEmpty.effect({ target: 'leader' }, seen, createPrng(1));

  it('loses a disk, and has the node replaced by one of another name', () => {
    assert.deepEqual(lose(view()), {
      members: { leaves: n3, joins: n6, isLasting: true, isLost: true },
      resolved: { target: 'leader', nodes: [n3], joins: n6 },
    });
  });

  it('loses none that might be needed', () => {
    assert.match(why(lose(view({ mayLose: false }))), /a majority might not be left/);
    assert.match(why(lose({ nodes, leader: n3 })), /cannot be changed/);
  });
});
