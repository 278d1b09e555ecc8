import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type ProcessCluster } from '../../../harness/cluster/processCluster.ts';
import { HarnessError } from '../../../harness/exit.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';
import {
  childrenOf,
  commandLine,
  isAlive,
  processesOf,
  stateOf,
  toyFolder,
  type ToyFolder,
} from './toyNode.ts';

const fakeHarness = fileURLToPath(new URL('fakeHarness.ts', import.meta.url));
const n1 = nodeId(1);
const n2 = nodeId(2);

describe('the supervisor', () => {
  let toy: ToyFolder;
  let harness: ChildProcess | undefined;
  let cluster: ProcessCluster | undefined;

  beforeEach(() => (toy = toyFolder()));
  afterEach(async () => {
    harness?.kill('SIGKILL');
    harness = undefined;
    await cluster?.close();
    cluster = undefined;
    toy.remove();
  });

  const supervisorOf = (folder: string): number =>
    processesOf(folder).find((processId) => commandLine(processId).includes('supervisor.mjs')) ?? 0;

  /** Resolves when the fake harness has said `word`. */
  async function startHarness(word: string): Promise<ChildProcess> {
    const args = ['--import', 'tsx', fakeHarness, toy.path, join(toy.path, 'toy.mjs')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    harness = child;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(`the fake harness says ${word}`, () => said.includes(`${word}\n`));
    return child;
  }

  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    it(`leaves no process behind when the harness ends by ${signal}, not even a paused one`, async () => {
      const child = await startHarness('paused');
      const own = processesOf(toy.path).filter((processId) => processId !== child.pid);
      assert.equal(own.length, 4, 'supervisor and three nodes');
      const left = [...own, ...childrenOf(own)];
      assert.equal(left.length, 7, 'and a child of each node');
      assert.ok(left.some((processId) => stateOf(processId) === 'T'));
      child.kill(signal);
      await eventually('all gone', () => !left.some(isAlive) && processesOf(toy.path).length === 0);
    });
  }

  it('leaves no process behind when the harness dies while nodes are being spawned', async () => {
    const child = await startHarness('started');
    child.kill('SIGKILL');
    await eventually('all gone', () => processesOf(toy.path).length === 0);
  });

  it('does not listen to the signals of a terminal', async () => {
    cluster = await startCluster({ nodes: 1, program: toy.program(), folder: toy.path, seed: 1 });
    const supervisor = supervisorOf(toy.path);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(supervisor, signal);
    assert.deepEqual(await cluster.perform([{ kind: 'pause', node: n1 }]), []);
    assert.ok(isAlive(supervisor));
  });

  it('is missed when it dies: the harness kills the nodes, paused ones and their children too, and fails', async () => {
    cluster = await startCluster({ nodes: 2, program: toy.program('--child'), folder: toy.path, seed: 1 });
    const failures: Error[] = [];
    cluster.watch({ onExited: () => undefined, onFailed: (error) => failures.push(error) });
    await cluster.perform([{ kind: 'pause', node: n2 }]);
    const nodes = processesOf(toy.path);
    process.kill(supervisorOf(toy.path), 'SIGKILL');
    await eventually('the news', () => failures.length === 1);
    await eventually('all gone', () => !nodes.some(isAlive));
    assert.ok(failures[0] instanceof HarnessError);
    assert.match(failures[0].message, /supervisor of the cluster died \(SIGKILL\)/);
    await assert.rejects(cluster.perform([{ kind: 'kill', node: n1 }]), HarnessError);
  });
});
