/** Wall clocks of real processes: told, or moved by libfaketime; wrong while they shall be, also over restarts and pauses. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lackingForFaketime, prepareFaketime } from '../../../harness/cluster/faketime.ts';
import { NodeClock } from '../../../harness/cluster/nodeClock.ts';
import { startCluster, type ProcessCluster } from '../../../harness/cluster/processCluster.ts';
import type { NodeProgram } from '../../../harness/cluster/program.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { ClusterAction } from '../../../harness/world.ts';
import { needs } from '../../programs.ts';

const n1 = nodeId(1);

/** Answers with its clocks. Takes POST /host/clock, and an offset from its command line, as reference nodes do. */
const source = `
import http from 'node:http';
const [port, offset = '0'] = process.argv.slice(2);
let offsetMs = Number(offset);
http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    if (request.method === 'POST') offsetMs = JSON.parse(text).offsetMs;
    const body = JSON.stringify({ wallMs: Date.now() + offsetMs, monotonicMs: performance.now(), processId: process.pid });
    response.writeHead(200, { 'Content-Length': body.length });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
`;

interface Clocks {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly processId: number;
}

/** Much more than a question takes on a busy machine, much less than any offset. */
const slackMs = 20_000;

describe('the clock of a process', () => {
  let folder = '';
  let cluster: ProcessCluster | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-clock-'));
    writeFileSync(join(folder, 'clock.mjs'), source);
  });
  afterEach(async () => {
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(clock: NodeProgram['clock'], env: NodeProgram['env'] = {}): Promise<ProcessCluster> {
    cluster = await startCluster({
      nodes: 1,
      folder,
      seed: 1,
      program: ({ port, clockOffsetMs = 0 }) => ({
        command: [
          ...[process.execPath, join(folder, 'clock.mjs'), String(port)],
          ...(clock === 'told' ? [String(clockOffsetMs)] : []),
        ],
        ...(clock && { clock }),
        env,
      }),
    });
    return cluster;
  }

  async function perform(...actions: ClusterAction[]): Promise<void> {
    for (const action of actions) assert.deepEqual(await cluster?.perform([action]), []);
  }

  async function clocks(): Promise<Clocks> {
    const response = await fetch(cluster?.url(n1) ?? '', { signal: AbortSignal.timeout(10_000) });
    return (await response.json()) as Clocks;
  }

  async function mustBeWrongBy(offsetMs: number): Promise<void> {
    const { wallMs } = await clocks();
    assert(Math.abs(wallMs - Date.now() - offsetMs) < slackMs, `${wallMs - Date.now()} ms, not ${offsetMs}`);
  }

  /** Everything that may happen to a node whose clock is wrong. */
  async function mustStayWrong(): Promise<void> {
    await mustBeWrongBy(0);
    const before = await clocks();
    await perform({ kind: 'clock', node: n1, offsetMs: 3_600_000 });
    await mustBeWrongBy(3_600_000);
    const { monotonicMs } = await clocks();
    assert(monotonicMs - before.monotonicMs < slackMs, 'monotonic time goes on as it did');
    await perform({ kind: 'kill', node: n1 }, { kind: 'start', node: n1 });
    await mustBeWrongBy(3_600_000);
    await perform({ kind: 'kill', node: n1 }, { kind: 'clock', node: n1, offsetMs: -3_600_000 });
    await perform({ kind: 'start', node: n1 });
    await mustBeWrongBy(-3_600_000);
    await perform({ kind: 'pause', node: n1 }, { kind: 'clock', node: n1, offsetMs: 7_200_000 });
    await perform({ kind: 'resume', node: n1 });
    await mustBeWrongBy(7_200_000);
    await perform({ kind: 'clock', node: n1, offsetMs: 0 });
    await mustBeWrongBy(0);
  }

  it('of a reference node is told, and told again after a restart or a pause', async () => {
    await start('told');
    await mustStayWrong();
  });

  it('is told again, whatever is wanted then, by a node that took it and did not answer', async () => {
    const told: number[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        told.push((JSON.parse(chunk.toString()) as { offsetMs: number }).offsetMs);
        if (told.length === 1) request.socket.destroy();
        else response.writeHead(200, { 'Content-Length': 2 }).end('{}');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const clock = new NodeClock(folder);
      clock.want(60_000, { clock: 'told' });
      await assert.rejects(clock.settle({ host: '127.0.0.1', port }), /its clock was not moved/);
      clock.want(0, { clock: 'told' });
      await clock.settle({ host: '127.0.0.1', port });
      await clock.settle({ host: '127.0.0.1', port });
      assert.deepEqual(told, [60_000, 0]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('of any other program is moved by libfaketime, which leaves nothing behind', async function () {
    needs(this, lackingForFaketime());
    await start({ preload: await prepareFaketime(folder) });
    const first = (await clocks()).processId;
    await mustStayWrong();
    const last = (await clocks()).processId;
    assert.notEqual(last, first);
    await cluster?.close();
    for (const processId of [first, last]) assert.ok(!existsSync(`/dev/shm/faketime_shm_${processId}`));
  });

  it('of a program that does not load libfaketime is not said to have moved', async function () {
    needs(this, lackingForFaketime());
    await start({ preload: await prepareFaketime(folder) }, { LD_PRELOAD: '' });
    const [problem = ''] = (await cluster?.perform([{ kind: 'clock', node: n1, offsetMs: 3_600_000 }])) ?? [];
    assert.match(
      problem,
      /^clock: not every process of n1 has loaded libfaketime, so the time is right there/,
    );
    await mustBeWrongBy(0);
  });

  it('cannot be moved where nobody says how, which is a problem and not the end', async () => {
    await start(undefined);
    const problems = await cluster?.perform([{ kind: 'clock', node: n1, offsetMs: 1000 }]);
    assert.deepEqual(problems, ['clock: the wall clock of this program cannot be moved']);
    await perform({ kind: 'clock', node: n1, offsetMs: 0 });
    await mustBeWrongBy(0);
  });

  it('is all that a loss of power leaves alone where nobody knows what was synced', async () => {
    await start(undefined);
    const [problem = ''] = (await cluster?.perform([{ kind: 'kill', node: n1, damage: 'cut' }])) ?? [];
    assert.match(problem, /^kill: nobody knows what this program has synced/);
    assert.equal(cluster?.state(n1), 'down');
  });
});
