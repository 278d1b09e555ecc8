/** `npm run node`: one node by hand. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCommand } from '../../../harness/cli/node.ts';
import { HarnessError, UsageError } from '../../../harness/exit.ts';
import { commandLine } from '../../command.ts';
import { eventually } from '../../eventually.ts';

const run = (line: string): Promise<unknown> =>
  nodeCommand().exitOverride().parseAsync(line.split(' '), { from: 'user' });

describe('npm run node', () => {
  it('runs one node in the foreground, says how to ask it, and ends with 0 when told to', async () => {
    const line = '--model raft --id 2 --port 0 --peers 7001,7003';
    const args = [commandLine, 'node', ...line.split(' ')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const closed = once(child, 'close');
    for await (const chunk of child.stdout) {
      stdout += String(chunk);
      if (stdout.includes('Ctrl-C ends it.')) break;
    }
    const [, base = ''] = /listens on (http:\S+?);/.exec(stdout) ?? [];
    const status = (await (await fetch(`${base}/status`)).json()) as { node: string; model: string };
    child.kill('SIGTERM');
    const [code] = (await closed) as [number | null];
    assert.deepEqual({ code, stderr, node: status.node }, { code: 0, stderr: '', node: 'n2' });
    // The ids that are left go to the peers, in the order of their ports.
    assert.match(stdout, /its peers: n1 at http:\/\/127\.0\.0\.1:7001, n3 at http:\/\/127\.0\.0\.1:7003/);
    assert.match(stdout, /curl '.*\/get\/k1'/);
    assert.match(stdout, /curl -X POST '.*\/put' -d '\{"key":"k1","value":1\}'/);
  });

  it('refuses what cannot be, and says what would be right', async () => {
    const cases: [string, RegExp][] = [
      ['--model rft --id 1 --port 0', /no model 'rft'.*Did you mean 'raft'/],
      ['--model raft --id 3 --port 0 --peers 7001', /--id 3 is too high: with 1 peers the ids are 1 to 2/],
      ['--model raft --id 1 --port 7001 --peers 7001', /--peers has 7001/],
      ['--model proxy --id 4 --port 0', /--peers is missing: a proxy takes requests to the nodes behind it/],
      ['--model proxy --id 2 --port 0 --peers 7001,7002', /--id 2 is that of a node/],
      ['--model raft --id 1 --port 0 --set rads=lease', /did you mean "reads"\?/],
      ['--model raft --id 1 --port 0 --bug lazines', /no bug of raft 'lazines'/],
      ['--model raft --id 1 --port 0 --read-quorum 1', /model raft has no option "r"/],
      ['--model quorum --id 1 --port 0 --peers 7001 --num-nodes 3', /--num-nodes is 3, but .* are 2/],
      [
        '--model quorum --id 1 --port 0 --peers 7001,7002 --read-quorum 4',
        /r is 4, but a key has 3 replicas/,
      ],
      ['--model quorum --id 1 --port 0 --write-quorum 1 --set w=1', /option "w" is given twice/],
    ];
    for (const [line, message] of cases)
      await assert.rejects(run(line), { name: UsageError.name, message }, line);
  });

  it('says which folder stands in the way of its data', async () => {
    for (const [folder, place] of [
      ['/dev/null/data', /^the data folder cannot be made: \/dev\/null: it is a file.* --data$/],
      ['/proc/self', /^the data cannot be kept in \/proc\/self: .* --data$/],
      ['/proc/data', /^the data folder cannot be made: \/proc\/data: .* --data$/],
    ] as const) {
      const line = `--model raft --id 1 --port 0 --data ${folder}`;
      await assert.rejects(run(line), { name: HarnessError.name, message: place }, folder);
    }
  });

  it('leaves no folder behind, whenever and however often it is told to end', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'ordeal-test-'));
    const args = [commandLine, 'node', '--model', 'raft', '--id', '1', '--port', '0'];
    const env = { ...process.env, TMPDIR: temporary };
    const child = spawn(process.execPath, args, { stdio: 'ignore', env });
    try {
      const closed = once(child, 'close');
      const hasFolder = (): boolean => readdirSync(temporary).some((name) => name.startsWith('ordeal-node-'));
      await eventually('a folder', hasFolder);
      for (const signal of ['SIGHUP', 'SIGINT', 'SIGINT'] as const) child.kill(signal);
      assert.deepEqual(await closed, [0, null]);
      assert.ok(!hasFolder());
    } finally {
      child.kill('SIGKILL');
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  it('says which port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const message = new RegExp(`port ${port} is in use .* choose another with --port`);
    await assert.rejects(run(`--model raft --id 1 --port ${port}`), { name: HarnessError.name, message });
    taken.close();
  });
});
