/** The nemesis of a cluster whose members change: what it makes, asks for, tells of and takes away. */
import assert from 'node:assert/strict';
import { Nemesis, type NemesisStep } from '../../harness/nemesis.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import { entry, n1, n2, n3, n4, n5, nodes } from './toyCluster.ts';

describe('the nemesis of a cluster whose members change', () => {
  const n6 = nodeId(6);
  const schedule = [
    entry(0, 'membership', 1000, 1000, { mode: 'replace', nodes: ['n2'] }),
    entry(1, 'rejoin-empty', 3000, 1000, { nodes: ['n3'] }),
  ];
  const confirm = (nemesis: Nemesis, node: NodeId, standing: 'member' | 'outside'): NemesisStep => {
    nemesis.asked(node);
    return nemesis.changed(node, standing);
  };

  it('makes new nodes first, tells of changes once they are confirmed, and takes away who is gone', () => {
    const nemesis = new Nemesis({ nodes, schedule, changesMembers: true });
    assert.deepEqual(nemesis.advance(1000, n1).actions, [{ kind: 'create', node: n6 }]);
    assert.deepEqual(nemesis.dueChanges, [{ kind: 'remove', node: n2 }], 'nobody can add what is not there');
    const [started] = nemesis.performed([]).events;
    assert.deepEqual([started?.f, started?.value['changed']], ['start-membership', false]);
    assert.deepEqual(nemesis.known, [...nodes, n6]);
    assert.deepEqual(nemesis.dueChanges, [
      { kind: 'remove', node: n2 },
      { kind: 'add', node: n6 },
    ]);
    const members = [n1, n3, n4, n5];
    const fault = { fault: 'membership', entry: 0 };
    assert.deepEqual(confirm(nemesis, n2, 'outside').events, [
      { f: 'members-changed', value: { node: n2, is: 'outside', members, ...fault } },
    ]);
    assert.deepEqual(confirm(nemesis, n6, 'member').events, [
      { f: 'members-changed', value: { node: n6, is: 'member', members: [...members, n6], ...fault } },
    ]);
    assert.deepEqual(nemesis.advance(2000, n1).actions, [{ kind: 'discard', node: n2 }]);
    nemesis.performed([]);
    assert.deepEqual(nemesis.known, [...members, n6]);
    assert(nemesis.isDown(n2), 'who is gone does not lead');
  });

  it('is healed once the cluster has its members back, or when it is given up', () => {
    for (const isConfirmed of [true, false]) {
      const nemesis = new Nemesis({ nodes, schedule: schedule.slice(1), changesMembers: true });
      assert.deepEqual(nemesis.advance(3000, n1).actions, [{ kind: 'discard', node: n3 }]);
      const [started] = nemesis.performed([]).events;
      assert.equal(started?.value['changed'], true);
      assert.deepEqual(nemesis.heal().actions, [{ kind: 'create', node: n6 }]);
      nemesis.performed([]);
      assert.equal(nemesis.healed, false);
      if (isConfirmed) {
        confirm(nemesis, n3, 'outside');
        confirm(nemesis, n6, 'member');
        assert.deepEqual(nemesis.giveUp().events, []);
      } else {
        assert.deepEqual(
          nemesis.giveUp().events.map(({ f }) => f),
          ['members-given-up'],
        );
      }
      assert.equal(nemesis.healed, true);
      assert.deepEqual(nemesis.dueChanges, []);
    }
  });

  it('a fault of other kinds is aimed at members alone, and a node that is gone is left alone', () => {
    const kill = entry(2, 'kill', 3000, 4000, { target: 'all' });
    const nemesis = new Nemesis({ nodes, schedule: [...schedule.slice(1), kill], changesMembers: true });
    nemesis.advance(3000, n1);
    const step = nemesis.performed([]);
    const killed = [n1, n2, n4, n5].map((node) => ({ kind: 'kill', node }));
    assert.deepEqual(step.actions, killed);
    const [, start] = nemesis.performed([]).events;
    assert.deepEqual(start?.f, 'start-kill');
  });
});
