/** Nodes with tables: over HTTP, through restarts, from a bundle, and simulated clusters of them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { campaignOf } from '../../../../harness/cli/simPlan.ts';
import { bundleHost } from '../../../../harness/cluster/bundle.ts';
import { UsageError } from '../../../../harness/exit.ts';
import { runTrial } from '../../../../harness/sim/trial.ts';
import { startNode, type RunningNode } from '../../../../nodes/host/node.ts';
import { nodeId } from '../../../../nodes/kernel/ids.ts';
import { OptionsError } from '../../../../nodes/kernel/options.ts';
import type { Json } from '../../../../nodes/kernel/wire.ts';
import { leaderFollower } from '../../../../nodes/leader-follower/model.ts';
import { raft } from '../../../../nodes/raft/model.ts';
import type { RaftProtocol } from '../../../../nodes/raft/messages.ts';
import { temporaryFolder } from '../../../e2e/folder.ts';
import { eventually } from '../../../eventually.ts';
import { MemoryDisk } from '../../host/memoryDisk.ts';

const options = { machine: 'sql', snapshotEntries: 4 };

interface Answer {
  readonly status: number;
  readonly body: { readonly [name: string]: Json };
}

async function ask(port: number, path: string, body: Json, requestId?: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(requestId !== undefined && { headers: { 'request-id': requestId } }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** Asks again while nobody leads: then nothing was started. */
async function askLeader(port: number, body: Json, requestId?: string): Promise<Answer> {
  let answer = await ask(port, '/sql', body, requestId);
  await eventually('a leader', async () => {
    if (answer.status !== 503) return true;
    answer = await ask(port, '/sql', body, requestId);
    return false;
  });
  return answer;
}

function start(disk: MemoryDisk): Promise<RunningNode<RaftProtocol>> {
  return startNode({
    model: raft,
    self: nodeId(1),
    port: 0,
    peers: {},
    disk,
    options,
    seed: '1',
    bug: null,
    onFatal: (error) => assert.fail(error),
  });
}

describe('a node with tables', () => {
  const folder = temporaryFolder();
  let node: RunningNode<RaftProtocol>;
  let disk: MemoryDisk;

  before(async () => {
    disk = new MemoryDisk();
    node = await start(disk);
    const made = await askLeader(node.port, { sql: 'CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE)' });
    assert.deepEqual(made, { status: 200, body: { status: 'success', columns: [], rows: [], changes: 0 } });
  });
  after(() => {
    node.drop();
  });

  it('answers one statement as such, and several as a list', async () => {
    const insert = { sql: 'INSERT INTO t (b) VALUES (:b) RETURNING a', params: { ':b': 'one' } };
    const one = await ask(node.port, '/sql', insert);
    assert.deepEqual(one.body, { status: 'success', columns: ['a'], rows: [[1]], changes: 1 });
    const two = await ask(node.port, '/sql', {
      statements: [{ sql: "UPDATE t SET b = 'two'", changes: 1 }, { sql: 'SELECT b FROM t' }],
    });
    assert.deepEqual(two.body['results'], [
      { columns: [], rows: [], changes: 1 },
      { columns: ['b'], rows: [['two']], changes: 0 },
    ]);
    const read = await ask(node.port, '/sql', { sql: 'SELECT * FROM t WHERE b = ?', params: ['two'] });
    assert.deepEqual(read.body, { status: 'success', columns: ['a', 'b'], rows: [[1, 'two']], changes: 0 });
  });

  it('answers a request that comes again with its first answer', async () => {
    const count = { sql: 'CREATE TABLE IF NOT EXISTS c (n)' };
    const add = {
      statements: [count, { sql: 'INSERT INTO c VALUES (1) RETURNING (SELECT count(*) FROM c)' }],
    };
    const first = await ask(node.port, '/sql', add, 'client/1');
    assert.deepEqual(await ask(node.port, '/sql', add, 'client/1'), first);
    const read = await ask(node.port, '/sql', { sql: 'SELECT count(*) FROM c' });
    assert.deepEqual(read.body['rows'], [[1]]);
  });

  for (const [what, path, body, status, code] of [
    ['no statement', '/sql', {}, 400, 12],
    ['both forms', '/sql', { sql: 'SELECT 1', statements: [{ sql: 'SELECT 1' }] }, 400, 12],
    ['a condition of no statement', '/sql', { statements: [{ sql: 'SELECT 1' }], changes: 1 }, 400, 12],
    ['an empty list', '/sql', { statements: [] }, 400, 12],
    ['a number for a text', '/sql', { sql: 1 }, 400, 12],
    ['a list for a parameter', '/sql', { sql: 'SELECT ?', params: [[1]] }, 400, 12],
    ['half of a row', '/sql', { sql: 'SELECT 1', changes: 0.5 }, 400, 12],
    ['unknown members', '/sql', { sql: 'SELECT 1', atomic: true }, 400, 12],
    ['no SQL', '/sql', { sql: 'SELECT FROM' }, 400, 12],
    ['chance', '/sql', { sql: 'INSERT INTO t (b) VALUES (random())' }, 400, 12],
    ['a clock', '/sql', { statements: [{ sql: 'SELECT 1' }, { sql: 'SELECT CURRENT_TIME' }] }, 400, 12],
    ['a query by chance', '/sql', { sql: 'SELECT random()' }, 400, 12],
    ['a key', '/put', { key: 'k', value: 1 }, 405, 10],
    ['a transaction of keys', '/txn', { txn: [['w', 'k', 1]] }, 405, 10],
    ['a missing table', '/sql', { sql: 'SELECT * FROM missing' }, 404, 20],
  ] as const) {
    it(`refuses ${what}, and nothing was started`, async () => {
      const kept = disk.read('journal')?.toString();
      const answer = await ask(node.port, path, body);
      assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(answer.body));
      assert.equal(status === 400, Array.isArray(answer.body['problems']));
      assert.equal(disk.read('journal')?.toString(), kept);
    });
  }

  it('a value that is there already is a definite refusal', async () => {
    const { status, body } = await ask(node.port, '/sql', { sql: "INSERT INTO t (b) VALUES ('two')" });
    assert.deepEqual([status, body['code'], body['error']], [409, 30, 'UNIQUE constraint failed: t.b']);
  });

  it('has its tables after a restart, from snapshot and log', async () => {
    for (let at = 0; at < 9; at++)
      assert.equal((await ask(node.port, '/sql', { sql: 'INSERT INTO c VALUES (2)' })).status, 200);
    await node.stop();
    node = await start(disk);
    const read = await askLeader(node.port, { sql: 'SELECT count(*), sum(n) FROM c' });
    assert.deepEqual(read.body['rows'], [[10, 19]]);
  });

  it('runs from a bundle', async () => {
    const program = await bundleHost(join(folder(), 'host.mjs'), { machine: 'sql' });
    const args = ['--model', 'raft', '--id', '1', '--port', '0', '--data', join(folder(), 'data')];
    const flags = [...args, '--options', JSON.stringify(options), '--exit-with-stdin'];
    const child = spawn(process.execPath, [program, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { readonly port: number };
    assert.deepEqual((await askLeader(port, { sql: 'SELECT 6 * 7' })).body['rows'], [[42]]);
    child.stdin.end();
    await once(child, 'exit');
  });
});

describe('clusters with tables', () => {
  before(() => raft.prepare?.({ machine: 'sql' }));

  for (const model of ['raft', 'leader-follower']) {
    for (const workload of ['bank', 'register', 'session']) {
      it(`${model} keeps what it claims of ${workload}`, () => {
        const campaign = campaignOf({ model, workload, set: ['machine=sql'], timeLimit: 3 });
        let operations = 0;
        for (const seed of [1, 2]) {
          const trial = runTrial(campaign, seed);
          assert.equal(trial.kind, null, trial.explanation);
          operations += trial.vacuous ? 0 : trial.operations;
        }
        assert(operations > 30, `${operations} operations`);
      });
    }
  }

  it('run no workload that asks for keys, and no proxies', () => {
    const planned = (workload: string, ...set: string[]): unknown =>
      campaignOf({ model: 'raft', workload, set: ['machine=sql', ...set], timeLimit: 3 });
    assert.throws(() => planned('append'), UsageError);
    assert.throws(() => planned('bank', 'proxy=on'), /proxies know keys/);
    for (const model of [raft, leaderFollower])
      assert.throws(() => model.sized?.({ machine: 'sql', proxy: 'on' }, 3), OptionsError);
  });
});
