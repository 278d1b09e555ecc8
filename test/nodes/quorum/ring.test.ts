/** Consistent hashing: every key has its replicas, all nodes agree on them, and few keys move when a node comes. */
import assert from 'node:assert/strict';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { hash32 } from '../../../nodes/quorum/hash.ts';
import { Ring } from '../../../nodes/quorum/ring.ts';

const nodes = (count: number) => Array.from({ length: count }, (_, at) => nodeId(at + 1));
const keys = Array.from({ length: 2000 }, (_, at) => `k${at}`);

describe('the ring', () => {
  it('has a preference list of all nodes for every key, and the first of them hold it', () => {
    const ring = new Ring(nodes(5), 3);
    for (const key of keys) {
      const list = ring.preferenceList(key);
      assert.deepEqual([...list].sort(), nodes(5));
      assert.deepEqual(ring.replicas(key), list.slice(0, 3));
    }
  });

  it('is the same at every node that knows the same nodes', () => {
    const [one, other] = [new Ring(nodes(5), 3), new Ring([...nodes(5)].reverse(), 3)];
    for (const key of keys) assert.deepEqual(one.preferenceList(key), other.preferenceList(key));
  });

  it('walks as the paper says: from the point of the key to the first distinct nodes', () => {
    const all = nodes(4);
    const ring = new Ring(all, 2);
    const owned = all
      .flatMap((node) => Array.from({ length: 32 }, (_, at) => ({ node, point: hash32(`${node}/${at}`) })))
      .sort((a, b) => a.point - b.point);
    for (const key of keys.slice(0, 300)) {
      const after = owned.filter(({ point }) => point >= hash32(key));
      const walk = [...after, ...owned].map(({ node }) => node);
      assert.deepEqual(ring.preferenceList(key), [...new Set(walk)]);
    }
  });

  it('gives nodes fair shares, and moves few keys when one more comes', () => {
    const [four, five] = [new Ring(nodes(4), 1), new Ring(nodes(5), 1)];
    const shares = new Map<string, number>();
    let moved = 0;
    for (const key of keys) {
      const [before, after] = [four.replicas(key)[0], five.replicas(key)[0]];
      shares.set(String(after), (shares.get(String(after)) ?? 0) + 1);
      if (before === after) continue;
      moved++;
      assert.equal(after, 'n5', 'a key moves to the new node only');
    }
    for (const [node, share] of shares) assert(share > 200 && share < 700, `${node} has ${share}`);
    assert(moved < 700, `${moved} keys moved`);
  });

  it('is one node when there is one', () => {
    assert.deepEqual(new Ring(nodes(1), 1).replicas('k'), nodes(1));
  });
});
