import assert from 'node:assert/strict';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import { serviceOf } from '../../harness/profile.ts';
import { crdtProfile } from '../../harness/profiles/crdt.ts';
import { probeOf, Recovery } from '../../harness/recovery.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

const [n1, n2] = [nodeId(1), nodeId(2)];

function answer(status: number, body: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

function recovery(
  nodes: readonly NodeId[],
  profile = keyValueProfile,
): { recovery: Recovery; asked: NodeId[] } {
  const asked: NodeId[] = [];
  const send = (node: NodeId): number => asked.push(node) - 1;
  const probe = probeOf({ needs: [] }, serviceOf(profile));
  return { recovery: new Recovery({ nodes, profile, probe, send }), asked };
}

describe('recovery', () => {
  it('is over when every node has answered: with a value, its absence, or who leads', () => {
    const answers = [
      answer(200, { key: 'k', value: 1 }),
      answer(404, { error: 'no such key', code: 20 }),
      answer(421, { error: 'not me', leader: n2 }),
    ];
    for (const outcome of answers) {
      const { recovery: one } = recovery([n1]);
      one.poll(0);
      assert.equal(one.onOutcome(0, outcome), true);
      assert(one.recovered, JSON.stringify(outcome));
    }
  });

  it('is not over while a node refuses, breaks off, keeps silent, or names nobody but itself', () => {
    const others: WireOutcome[] = [
      { kind: 'refused' },
      { kind: 'broken', why: 'reset' },
      { kind: 'timeout' },
      answer(503, { error: 'not now', code: 11 }),
      answer(421, { error: 'nobody leads', leader: null }),
      answer(421, { error: 'strange', leader: n1 }),
      answer(500, 'oops'),
    ];
    for (const outcome of others) {
      const { recovery: one } = recovery([n1]);
      one.poll(0);
      one.onOutcome(0, outcome);
      assert(!one.recovered, JSON.stringify(outcome));
      assert.deepEqual(one.missing, [n1]);
    }
  });

  it('asks again whoever has not answered, and nobody twice at a time', () => {
    const { recovery: two, asked } = recovery([n1, n2]);
    two.poll(0);
    two.onOutcome(0, { kind: 'refused' });
    two.poll(50e6);
    assert.deepEqual(asked, [n1, n2, n1]);
    two.onOutcome(2, answer(200, { value: null }));
    two.poll(100e6);
    assert.deepEqual(asked, [n1, n2, n1]);
    assert.equal(two.onOutcome(7, { kind: 'timeout' }), false, 'not one of its own');
  });

  it('asks what the workload asks, if it asks for anything', () => {
    const [keyValue, crdt] = [serviceOf(keyValueProfile), serviceOf(crdtProfile)];
    const kindOf = (...args: Parameters<typeof probeOf>): string | undefined => probeOf(...args)?.kind;
    assert.equal(kindOf({ needs: [['increment', 'count']] }, crdt), 'count');
    assert.equal(kindOf({ needs: [['txn'], ['add', 'elements']] }, crdt), 'elements');
    assert.equal(kindOf({ needs: [['acquire', 'release']] }, keyValue), 'read');
    assert.equal(probeOf({ needs: [] }, serviceOf({ name: 'none', operations: {} })), null);
  });

  it('has nothing to ask a service without reads', () => {
    assert(recovery([n1], { name: 'none', operations: {} }).recovery.recovered);
  });
});
