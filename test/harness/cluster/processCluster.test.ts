import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listenOnFreePort, listenOnPort } from '../../../harness/cluster/freePort.ts';
import {
  startCluster,
  type ClusterOptions,
  type ProcessCluster,
} from '../../../harness/cluster/processCluster.ts';
import { HarnessError } from '../../../harness/exit.ts';
import { openLink } from '../../../harness/world.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';
import { isAlive, processesOf, stateOf, toyFolder, type ToyFolder } from './toyNode.ts';

const n1 = nodeId(1);
const n2 = nodeId(2);

async function get<T>(cluster: ProcessCluster, node: typeof n1, path: string): Promise<T> {
  const response = await fetch(cluster.url(node) + path, { signal: AbortSignal.timeout(60_000) });
  return (await response.json()) as T;
}

describe('a cluster of processes', () => {
  let toy: ToyFolder;
  const clusters: ProcessCluster[] = [];

  beforeEach(() => (toy = toyFolder()));
  afterEach(async () => {
    await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
    toy.remove();
  });

  async function start(mode = '', more: Partial<ClusterOptions> = {}): Promise<ProcessCluster> {
    const options = { nodes: 2, program: toy.program(mode), folder: toy.path, seed: 1, ...more };
    const cluster = await startCluster(options);
    clusters.push(cluster);
    return cluster;
  }
  const pid = async (cluster: ProcessCluster, node: typeof n1): Promise<number> =>
    (await get<{ pid: number }>(cluster, node, '/pid')).pid;
  const relay = (cluster: ProcessCluster): Promise<{ id?: string; error?: string }> =>
    get(cluster, n1, `/relay/${new URL(cluster.linkUrl(n1, n2)).port}`);

  it('is ready when it is there: nodes answer, and reach each other by their links', async () => {
    const cluster = await start();
    assert.deepEqual(cluster.nodes, [n1, n2]);
    assert.deepEqual((await relay(cluster)).id, '2');
    const traffic = await cluster.traffic();
    assert.equal(traffic.find(({ from }) => from === n1)?.passed, 1);
  });

  it('gives nodes a clean environment and a group of their own', async () => {
    process.env['ORDEAL_TEST_SECRET'] = 'x';
    const cluster = await start();
    delete process.env['ORDEAL_TEST_SECRET'];
    const env = await get<Record<string, string>>(cluster, n1, '/env');
    // Node hands this one on to every child while coverage is measured, whatever environment is asked for.
    const names = Object.keys(env).filter((name) => name !== 'NODE_V8_COVERAGE');
    assert.deepEqual(names.sort(), ['HOME', 'ORDEAL_CLUSTER', 'ORDEAL_NODE', 'PATH', 'PYTHONUNBUFFERED']);
    assert.equal(env['HOME'], cluster.place(n1).dataDirectory);
    const stat = readFileSync(`/proc/${await pid(cluster, n1)}/stat`, 'utf8').split(' ');
    assert.equal(stat[4], stat[0], 'leads its group');
    assert.equal(stat[5], stat[0], 'leads its session');
  });

  it('keeps what nodes print, up to a limit', async () => {
    const cluster = await start('--chatty');
    const file = join(toy.path, 'nodes', 'n1', 'stdout.log');
    await eventually('the output', () => statSync(file).size > 1 << 20);
    assert.ok(readFileSync(file, 'utf8').startsWith('node 1 start 1\n'));
    await cluster.close();
  });

  it('kills with effect, refuses connections then, and starts again on the same port, data and links', async () => {
    const cluster = await start();
    const before = await pid(cluster, n2);
    const url = cluster.url(n2);
    assert.deepEqual(await cluster.perform([{ kind: 'kill', node: n2 }]), []);
    assert.equal(isAlive(before), false);
    assert.equal(cluster.state(n2), 'down');
    assert.ok((await relay(cluster)).error !== undefined);
    assert.deepEqual(await cluster.perform([{ kind: 'start', node: n2 }]), []);
    assert.equal(cluster.url(n2), url);
    assert.equal(await get(cluster, n2, '/starts'), 2);
    assert.equal((await relay(cluster)).id, '2');
  });

  it('kills children of nodes with them', async () => {
    const cluster = await start('--child', { nodes: 1 });
    const { child } = await get<{ child: number }>(cluster, n1, '/pid');
    assert.ok(isAlive(child));
    await cluster.perform([{ kind: 'kill', node: n1 }]);
    assert.equal(isAlive(child), false);
  });

  it('kills even children that left the group of their node, at the end', async () => {
    const cluster = await start('--runaway', { nodes: 1 });
    const { child } = await get<{ child: number }>(cluster, n1, '/pid');
    await cluster.close();
    await eventually('the runaway is gone', () => !isAlive(child));
  });

  it('kills what has left the group of a node with the node, however that ends, and nothing of others', async () => {
    const cluster = await start('--runaway');
    const child = async (node: typeof n1): Promise<number> =>
      (await get<{ child: number }>(cluster, node, '/pid')).child;
    const [first, other] = [await child(n1), await child(n2)];
    assert.ok(isAlive(first));
    await cluster.perform([{ kind: 'kill', node: n1 }]);
    assert.ok(!isAlive(first));
    await cluster.perform([{ kind: 'start', node: n1 }]);
    const second = await child(n1);
    process.kill(await pid(cluster, n1), 'SIGKILL');
    await eventually('the second is gone', () => !isAlive(second));
    assert.ok(isAlive(other));
  });

  it('pauses until it resumes', async () => {
    const cluster = await start();
    const paused = await pid(cluster, n2);
    assert.deepEqual(await cluster.perform([{ kind: 'pause', node: n2 }]), []);
    assert.equal(stateOf(paused), 'T');
    assert.equal(cluster.state(n2), 'paused');
    const answer = relay(cluster);
    assert.deepEqual(await cluster.perform([{ kind: 'resume', node: n2 }]), []);
    assert.equal((await answer).id, '2');
  });

  it('kills a paused node, and starts it unpaused', async () => {
    const cluster = await start();
    await cluster.perform([{ kind: 'pause', node: n2 }]);
    await cluster.perform([{ kind: 'kill', node: n2 }]);
    await cluster.perform([{ kind: 'start', node: n2 }]);
    assert.equal(cluster.state(n2), 'up');
    assert.equal(await get(cluster, n2, '/starts'), 2);
  });

  it('stops with SIGTERM, paused nodes too, and with SIGKILL who does not listen', async () => {
    const cluster = await start('--deaf', { stopGraceMs: 100 });
    const deaf = await pid(cluster, n1);
    assert.deepEqual(await cluster.perform([{ kind: 'stop', node: n1 }]), []);
    assert.equal(isAlive(deaf), false);
    const stopGraceMs = 60_000;
    const polite = await start('', { nodes: 1, folder: join(toy.path, 'polite'), stopGraceMs });
    const asked = await pid(polite, n1);
    await polite.perform([{ kind: 'pause', node: n1 }]);
    const startedMs = performance.now();
    assert.deepEqual(await polite.perform([{ kind: 'stop', node: n1 }]), []);
    assert.ok(performance.now() - startedMs < stopGraceMs, 'within the grace');
    assert.equal(isAlive(asked), false);
  });

  it('performs what is asked of one node in order, and says what cannot be done', async () => {
    const cluster = await start();
    const node = n2;
    const problems = await cluster.perform([
      { kind: 'kill', node },
      { kind: 'pause', node },
      { kind: 'start', node },
      { kind: 'start', node },
      { kind: 'pause', node },
    ]);
    assert.deepEqual(problems, ['pause: n2 is down']);
    assert.equal(cluster.state(n2), 'paused');
  });

  it('cuts and heals links', async () => {
    const cluster = await start();
    const link = { kind: 'link', from: n1, to: n2 } as const;
    await cluster.perform([{ ...link, rule: { ...openLink, mode: 'refuse' } }]);
    assert.equal((await relay(cluster)).error, 'ECONNREFUSED');
    await cluster.perform([{ ...link, rule: { ...openLink, mode: 'drop' } }]);
    assert.equal((await relay(cluster)).error, 'ECONNRESET');
    await cluster.perform([{ ...link, rule: openLink }]);
    assert.equal((await relay(cluster)).id, '2');
    const there = (await cluster.traffic()).find(({ from }) => from === n1);
    assert.ok(there !== undefined && there.dropped > 0);
  });

  it('reports a node that ends by itself, once, and not one that was killed', async () => {
    const cluster = await start();
    const exits: string[] = [];
    cluster.watch({ onExited: (node, why) => exits.push(`${node} ${why}`), onFailed: () => undefined });
    await cluster.perform([{ kind: 'kill', node: n1 }]);
    await fetch(`${cluster.url(n2)}/exit`).catch(() => undefined);
    await eventually('the news', () => exits.length > 0);
    assert.deepEqual(exits, ['n2 exited with code 7']);
    assert.equal(cluster.state(n2), 'down');
    assert.deepEqual(await cluster.perform([{ kind: 'start', node: n2 }]), []);
  });

  it('leaves nothing behind', async () => {
    const cluster = await start('--child');
    await cluster.perform([{ kind: 'pause', node: n2 }]);
    assert.ok(processesOf(toy.path).length >= 3);
    await cluster.close();
    assert.deepEqual(processesOf(toy.path), []);
  });

  it('runs side by side with others', async () => {
    const many = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => start('', { folder: join(toy.path, name), nodes: 3 })),
    );
    const ports = many.flatMap((cluster) => cluster.nodes.map((node) => cluster.endpoint(node).port));
    assert.equal(new Set(ports).size, 12);
    for (const cluster of many) assert.equal((await relay(cluster)).id, '2');
  });

  it('tells what a node said that never got ready, and leaves nothing behind', async () => {
    await assert.rejects(start('--fail', { nodes: 1 }), (error: unknown) => {
      assert.ok(error instanceof HarnessError);
      assert.match(error.message, /node n1 exited with code 3 before it listened on 127\.0\.0\.1:\d+/);
      assert.match(error.message, /command: .*toy\.mjs 1 \d+ .*--fail/);
      assert.match(error.message, /line 11\n[^]*line 30/);
      assert.doesNotMatch(error.message, /line 10\n/);
      assert.match(error.message, /hint: /);
      return true;
    });
    assert.deepEqual(processesOf(toy.path), []);
  });

  it('tells what a node said that never listened, and leaves nothing behind', async () => {
    // On a busy machine a process may take long until it says something.
    for (const readyMs of [400, 4_000, 40_000]) {
      const failure = await start('--never', { nodes: 2, readyMs }).catch((error: unknown) => error);
      assert.ok(failure instanceof HarnessError);
      assert.match(
        failure.message,
        new RegExp(`did not listen on 127\\.0\\.0\\.1:\\d+ within ${readyMs} ms[^]*hint`),
      );
      assert.deepEqual(processesOf(toy.path), []);
      if (failure.message.includes('I would rather not')) return;
    }
    assert.fail('what it said is not told');
  });

  it('makes a node that is new, and takes one away with its data, whose port nobody else gets', async () => {
    const cluster = await start();
    const n3 = nodeId(3);
    assert.deepEqual(await cluster.perform([{ kind: 'create', node: n3 }]), []);
    assert.equal(await get(cluster, n3, '/starts'), 1);
    assert.equal(cluster.linkUrl(n1, n3).startsWith('http://'), true);
    const { port } = cluster.endpoint(n3);
    assert.deepEqual(await cluster.perform([{ kind: 'discard', node: n3 }]), []);
    assert.equal(existsSync(cluster.place(n3).dataDirectory), false);
    await assert.rejects(get(cluster, n3, '/starts'));
    await cluster.perform([{ kind: 'create', node: nodeId(4) }]);
    assert.notEqual(cluster.endpoint(nodeId(4)).port, port);
  });

  it('tells which program cannot be started', async () => {
    await assert.rejects(
      start('', { program: () => ({ command: ['no-such-program', '--x'] }) }),
      /could not be started: .*ENOENT[^]*command: no-such-program --x[^]*hint: is 'no-such-program' installed/,
    );
  });

  it('names the port that is taken when ports were asked for', async () => {
    const taken = createServer();
    const port = await listenOnFreePort(taken);
    await assert.rejects(
      start('', { basePort: port - 1 }),
      new RegExp(`port ${port}, which n2 should have, is taken by another program`),
    );
    taken.close();
  });

  it('takes another port when somebody else was faster, and waits for its own at a restart', async () => {
    const taken = createServer();
    const port = await listenOnFreePort(taken);
    let calls = 0;
    const program = toy.program();
    const cluster = await start('', {
      nodes: 1,
      // The first attempt finds its port taken, as if another program had been faster.
      program: (place) => {
        calls += 1;
        return calls > 1
          ? program(place)
          : {
              command: [process.execPath, '-e', `require('net').createServer().listen(${port}, '127.0.0.1')`],
            };
      },
    });
    assert.equal(calls, 2);
    assert.equal(await get(cluster, n1, '/starts'), 1);
    await new Promise((resolve) => taken.close(resolve));
    await cluster.perform([{ kind: 'kill', node: n1 }]);
    await listenOnPort(taken, cluster.endpoint(n1).port);
    const restarted = cluster.perform([{ kind: 'start', node: n1 }]);
    setTimeout(() => taken.close(), 300);
    assert.deepEqual(await restarted, []);
    assert.equal(await get(cluster, n1, '/starts'), 2);
  });
});

describe('free ports', () => {
  it('are outside of the range of outgoing connections', async () => {
    const [low = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t').map(Number);
    assert.ok((await freePort()) < low);
  });
});
