/** Where a client asks while nodes come and go; the rest of its ways is tested with the client. */
import assert from 'node:assert/strict';
import { Routes } from '../../harness/routes.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Sessions } from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';

const [n1, n2, n3, n4] = [1, 2, 3, 4].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];

function routes(sessions: Sessions = 'roaming'): Routes {
  return new Routes([n1, n2, n3], n1, createPrng(1), sessions);
}

describe('routes, when nodes come and go', () => {
  it('keep what they remember, as long as it is there', () => {
    const one = routes();
    one.answered(true, n2);
    one.answered(false, n3);
    assert.equal(one.setNodes([n1, n2, n4], n4), false);
    assert.deepEqual([one.next(true), one.next(false)], [n2, n1]);
    assert.equal(one.setNodes([n2, n4], n4), false);
    assert.deepEqual([one.next(true), one.next(false)], [n2, n4]);
  });

  it('lead around the ring of those that are there', () => {
    const one = routes();
    one.setNodes([n2, n4], n2);
    one.failed(false, n2);
    assert.equal(one.next(false), n4);
    one.failed(false, n4);
    assert.equal(one.next(false), n2);
  });

  it('say when a process has lost the node with which it must stay', () => {
    const reader = routes('reads-at-one-node');
    assert.equal(reader.setNodes([n1, n3], n3), false);
    assert.equal(reader.setNodes([n3], n3), true);
    assert.equal(reader.next(true), n3);
    const settled = routes('one-node');
    settled.answered(false, n2);
    assert.equal(settled.setNodes([n2, n3], n3), false, 'its home is gone, but it stays elsewhere');
    assert.equal(settled.setNodes([n3], n3), true);
    assert.equal(settled.next(true), n3);
    assert.equal(settled.setNodes([n3, n4], n4), false);
  });
});
