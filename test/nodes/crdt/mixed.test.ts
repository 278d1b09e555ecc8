/** Two of our nodes and a counter of the course in one cluster, on real sockets: all three come to count the same. */
import assert from 'node:assert/strict';
import type { CrdtProtocol } from '../../../nodes/crdt/messages.ts';
import { crdt } from '../../../nodes/crdt/model.ts';
import { startNode, type RunningNode } from '../../../nodes/host/node.ts';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';
import { MemoryDisk } from '../host/memoryDisk.ts';
import { CourseCounter } from './courseNode.ts';

const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];
const all = [n1, n2, n3];
const nowhere = 'http://127.0.0.1:1';
const intervalMs = 50;

describe('a cluster with a counter of the course', () => {
  const disks = new Map<NodeId, MemoryDisk>();
  const running = new Map<NodeId, RunningNode<CrdtProtocol>>();
  const urls = new Map<NodeId, string>();
  let course: CourseCounter;

  async function start(self: NodeId, sync = 'state'): Promise<void> {
    const own = urls.get(self);
    const node = await startNode<CrdtProtocol>({
      model: crdt,
      self,
      port: own === undefined ? 0 : Number(new URL(own).port),
      peers: Object.fromEntries(all.filter((id) => id !== self).map((id) => [id, urls.get(id) ?? nowhere])),
      disk: disks.get(self) ?? new MemoryDisk(),
      options: { syncInterval: intervalMs, sync },
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    running.set(self, node);
    urls.set(self, `http://127.0.0.1:${node.port}`);
  }

  async function startAll(sync: string): Promise<void> {
    for (const id of [n1, n2]) disks.set(id, new MemoryDisk());
    urls.clear();
    course = new CourseCounter(2, all.length);
    urls.set(n3, await course.listen());
    await start(n1, sync);
    await start(n2, sync);
    running.get(n1)?.peers.setAddress(n2, urls.get(n2) ?? '');
    course.syncWith([urls.get(n1) ?? '', urls.get(n2) ?? ''], intervalMs);
  }
  beforeEach(() => startAll('state'));
  function stopAll(): void {
    course.close();
    for (const node of running.values()) node.drop();
    running.clear();
  }
  afterEach(stopAll);

  async function increment(node: NodeId, amount: number): Promise<void> {
    const response = await fetch(`${urls.get(node)}/increment`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ amount }),
    });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  }

  /** Waits until all three answer this. */
  async function agree(components: readonly number[]): Promise<void> {
    const value = components.reduce((sum, count) => sum + count, 0);
    const expected = JSON.stringify({ value, components });
    let seen: string[] = [];
    await eventually(
      () => `${expected} everywhere, not ${seen.join(' ')}`,
      async () => {
        seen = await Promise.all(
          all.map(async (node) => JSON.stringify(await (await fetch(`${urls.get(node)}/value`)).json())),
        );
        return seen.every((answer) => answer === expected);
      },
    );
  }

  it('counts what each of them was told', async () => {
    await increment(n1, 5);
    await increment(n2, 3);
    await increment(n3, 2);
    await agree([5, 3, 2]);
    assert(course.syncs > 0);
  });

  it('counts what one of them alone was told, with zeros for the others', async () => {
    await increment(n1, 7);
    await agree([7, 0, 0]);
    await increment(n3, 1);
    await agree([7, 0, 1]);
  });

  it('goes on from where it was after one of ours crashed', async () => {
    await increment(n1, 1);
    await increment(n1, 1);
    running.get(n1)?.drop();
    await increment(n3, 4);
    await start(n1);
    await increment(n1, 1);
    await agree([3, 0, 4]);
  });

  it('counts as well when ours exchange deltas: one that forgets what it was sent is sent everything', async () => {
    stopAll();
    await startAll('delta');
    await increment(n1, 5);
    await increment(n2, 3);
    await increment(n3, 2);
    await agree([5, 3, 2]);
    course.forget();
    await agree([5, 3, 2]);
    await increment(n1, 1);
    await agree([6, 3, 2]);
  });
});
