import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../harness/cluster/freePort.ts';
import type { JobEnd } from '../../../harness/cluster/job.ts';
import { ProcessCluster } from '../../../harness/cluster/processCluster.ts';
import { HarnessError } from '../../../harness/exit.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';
import { isAlive, toyFolder, type ToyFolder } from './toyNode.ts';

describe('a cluster for programs of others', () => {
  let toy: ToyFolder;
  let cluster: ProcessCluster;

  const open = async (more: object = {}): Promise<void> => {
    cluster = await ProcessCluster.open({
      nodes: 2,
      program: toy.program(''),
      folder: toy.path,
      seed: 1,
      ...more,
    });
  };
  beforeEach(() => (toy = toyFolder()));
  afterEach(async () => {
    await cluster.close();
    toy.remove();
  });

  const output = (): string => join(toy.path, 'job.log');
  const run = (script: string, timeoutMs = 30_000, signal?: AbortSignal): Promise<JobEnd> =>
    cluster.runJob({
      name: 'build',
      command: ['sh', '-c', script],
      workingDirectory: toy.path,
      env: { PATH: process.env['PATH'] ?? '', WORD: 'hello' },
      output: output(),
      timeoutMs,
      signal,
    });
  const printed = (): string => readFileSync(output(), 'utf8');
  /** Prints the process id of a child that would live for long. */
  const lingering = 'sleep 1000 & echo $!; wait';
  const child = async (): Promise<number> => {
    await eventually('a process id', () => /\d+\n/.test(printedSoFar()));
    return Number(printedSoFar());
  };
  const printedSoFar = (): string => {
    try {
      return printed();
    } catch {
      return '';
    }
  };

  it('runs a job to its end: what it printed is kept, and it is no node', async () => {
    await open();
    const end = await run('echo $WORD; echo oh >&2; exit 5');
    assert(end.kind === 'exited');
    assert.equal(end.exit.code, 5);
    assert.equal(end.exit.stderrTail, 'oh');
    await eventually('its output', () => printed().includes('hello') && printed().includes('oh'));
    assert.deepEqual(cluster.nodes, []);
    await cluster.startAll();
    assert.deepEqual(cluster.nodes, [nodeId(1), nodeId(2)]);
    assert.equal((await cluster.traffic()).length, 2, 'nothing links to a job');
  });

  it('ends a job that takes too long, with all that it has started', async () => {
    await open();
    // On a busy machine a job may take long until it says something.
    for (const timeoutMs of [1_000, 10_000, 60_000]) {
      assert.equal((await run(lingering, timeoutMs)).kind, 'timed-out');
      if (printed() !== '') break;
    }
    assert.equal(isAlive(await child()), false);
  });

  it('ends a job when told, and with the cluster', async () => {
    await open();
    const controller = new AbortController();
    const ended = run(lingering, 30_000, controller.signal);
    const processId = await child();
    controller.abort();
    assert.equal((await ended).kind, 'aborted');
    assert.equal(isAlive(processId), false);
  });

  it('says when there is no such program', async () => {
    await open();
    const job = { name: 'build', command: ['no-such-program'], workingDirectory: toy.path, env: {} };
    await assert.rejects(
      cluster.runJob({ ...job, output: output(), timeoutMs: 1_000 }),
      (error) => error instanceof HarnessError && /no-such-program could not be started/.test(error.message),
    );
  });

  it('has nodes listen where they always do, and says so when somebody else does', async () => {
    const ports = [await freePort(), await freePort()];
    await open({ ports });
    await cluster.startAll();
    assert.deepEqual(
      cluster.nodes.map((node) => cluster.place(node).port),
      ports,
    );
    const other = await ProcessCluster.open({
      nodes: 2,
      program: toy.program(''),
      folder: toy.path,
      seed: 1,
      ports,
    });
    await assert.rejects(other.startAll(), /port \d+, which n1 should have, is taken .* fixed/);
    await other.close();
  });

  it('starts those in front of the nodes when the nodes are ready', async () => {
    await open({ nodes: 3, first: 2 });
    const starts: string[] = [];
    const program = toy.program('');
    const watched = await ProcessCluster.open({
      nodes: 3,
      first: 2,
      folder: join(toy.path, 'watched'),
      seed: 1,
      program: (place) => {
        const readyNow =
          place.number === 3 && [1, 2].every((number) => watched.state(nodeId(number)) === 'up');
        starts.push(`${place.number}${readyNow ? ' after the others' : ''}`);
        return program(place);
      },
    });
    await watched.startAll();
    await watched.close();
    assert.deepEqual(starts.sort(), ['1', '2', '3 after the others']);
  });
});
