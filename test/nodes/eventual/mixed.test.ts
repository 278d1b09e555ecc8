/** Two of our nodes and a program of the course in one cluster, on real sockets: all three come to answer the same. */
import assert from 'node:assert/strict';
import { eventual } from '../../../nodes/eventual/model.ts';
import type { EventualProtocol } from '../../../nodes/eventual/messages.ts';
import { startNode, type RunningNode } from '../../../nodes/host/node.ts';
import { nodeId, type NodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';
import { MemoryDisk } from '../host/memoryDisk.ts';
import { CourseNode } from './courseNode.ts';

const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];
const nowhere = 'http://127.0.0.1:1';
const intervalMs = 50;

describe('a cluster with a program of the course', () => {
  const disks = new Map<NodeId, MemoryDisk>();
  const running = new Map<NodeId, RunningNode<EventualProtocol>>();
  const urls = new Map<NodeId, string>();
  let course: CourseNode;

  async function start(self: NodeId): Promise<void> {
    const others = [n1, n2, n3].filter((id) => id !== self);
    const own = urls.get(self);
    const node = await startNode<EventualProtocol>({
      model: eventual,
      self,
      port: own === undefined ? 0 : Number(new URL(own).port),
      peers: Object.fromEntries(others.map((id) => [id, urls.get(id) ?? nowhere])),
      disk: disks.get(self) ?? new MemoryDisk(),
      options: { syncInterval: intervalMs },
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    running.set(self, node);
    urls.set(self, `http://127.0.0.1:${node.port}`);
  }

  beforeEach(async () => {
    for (const id of [n1, n2]) disks.set(id, new MemoryDisk());
    urls.clear();
    course = new CourseNode(3);
    urls.set(n3, await course.listen());
    await start(n1);
    await start(n2);
    running.get(n1)?.peers.setAddress(n2, urls.get(n2) ?? '');
    course.syncWith([urls.get(n1) ?? '', urls.get(n2) ?? ''], intervalMs);
  });
  afterEach(() => {
    course.close();
    for (const node of running.values()) node.drop();
    running.clear();
  });

  const post = async (node: NodeId, path: string, body: object): Promise<void> => {
    const text = JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${urls.get(node)}${path}`, { method: 'POST', headers, body: text });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  };
  const put = (node: NodeId, key: string, value: unknown): Promise<void> =>
    post(node, '/put', { key, value });

  /** What the three nodes answer; null for what is not there. */
  const answers = (key: string): Promise<unknown[]> =>
    Promise.all(
      [n1, n2, n3].map(async (node) => {
        const response = await fetch(`${urls.get(node)}/get/${key}`);
        return ((await response.json()) as { value?: unknown }).value ?? null;
      }),
    );

  /** Waits until all answer the same, which is one of these. */
  async function agree(key: string, allowed: readonly unknown[]): Promise<unknown> {
    let seen: unknown[] = [];
    await eventually(
      () => `${key} is one of ${JSON.stringify(allowed)} everywhere, not ${JSON.stringify(seen)}`,
      async () => {
        seen = await answers(key);
        return new Set(seen).size === 1 && allowed.includes(seen[0]);
      },
    );
    return seen[0];
  }

  it('agrees on what each of them wrote', async () => {
    await put(n1, 'a', 'from 1');
    await put(n2, 'b', 'from 2');
    await put(n3, 'c', 'from 3');
    for (const [key, value] of [
      ['a', 'from 1'],
      ['b', 'from 2'],
      ['c', 'from 3'],
    ])
      await agree(key ?? '', [value]);
    assert(course.syncs > 0);
  });

  it('agrees on one of the values that were written at the same time, and then on whatever replaced it', async () => {
    await Promise.all([put(n1, 'k', 1), put(n2, 'k', 2), put(n3, 'k', 3)]);
    await agree('k', [1, 2, 3]);
    await put(n3, 'k', 4);
    await agree('k', [4]);
    await put(n2, 'k', 5);
    await agree('k', [5]);
    await post(n1, '/delete', { key: 'k' });
    await agree('k', [null]);
    await put(n3, 'k', 6);
    await agree('k', [6]);
  });

  it('agrees though one of ours crashes between writes, and counts on where it was', async () => {
    await put(n1, 'k', 1);
    await put(n1, 'k', 2);
    running.get(n1)?.drop();
    await put(n3, 'other', 1);
    await start(n1);
    await put(n1, 'k', 3);
    await agree('k', [3]);
    await agree('other', [1]);
  });

  it('agrees after a hundred writes all over the place', async () => {
    const written: number[] = [];
    for (let value = 1; value <= 100; value++) {
      written.push(value);
      await put([n1, n2, n3][value % 3] ?? n1, `k${value % 4}`, value);
    }
    for (let key = 0; key < 4; key++)
      await agree(
        `k${key}`,
        written.filter((value) => value % 4 === key),
      );
  });
});
