import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnFreePort } from '../../../harness/cluster/freePort.ts';
import { commandLine } from '../../command.ts';
import { eventually } from '../../eventually.ts';
import { isAlive, processesOf } from './toyNode.ts';

interface Session {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  said(): string;
  complained(): string;
}

function open(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Session {
  const command = [commandLine, 'cluster', ...args];
  const child = spawn(process.execPath, command, { env });
  let said = '';
  let complained = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, code, said: () => said, complained: () => complained };
}

describe('npm run cluster', () => {
  const sessions: Session[] = [];
  afterEach(() => {
    for (const { child } of sessions.splice(0)) child.kill('SIGKILL');
  });
  const start = (...args: string[]): Session => {
    const session = open(['--model', 'raft', '--nodes', '3', ...args]);
    sessions.push(session);
    return session;
  };

  it('takes commands from a pipe, says what came of each, and ends with the input', async () => {
    const session = start();
    const lines = [
      'write x 1',
      'kill 2',
      'read x',
      'start 2',
      'add',
      'remove 2',
      'cut 1 3,4 drop',
      'cut 1 3 reset oneway',
      'status',
      'heal',
      'append l a',
      'append l b',
      'read l',
      'cas x 1 2',
      'cas x 1 3',
      'nonsense',
      'status',
    ];
    session.child.stdin?.end(lines.join('\n') + '\n');
    assert.equal(await session.code, 0, session.complained());
    const said = session.said();
    assert.match(said, /curl 'http:\/\/127\.0\.0\.1:\d+\/get\/k1'/);
    for (const expected of [
      /n\d: 200 .*"key":"x","value":1\}\nn2 is down\nn\d: 200 .*"value":1\}\nn2 is up\n/,
      /n4 is up at http.*\nn\d: 200 .*\["n1","n2","n3","n4"\]/,
      /n\d: 200 .*\["n1","n3","n4"\]/,
      /cut: n1 ↔ n3,n4 \(drop\)\ncut: n1 → n3 \(reset\)\n/,
      /cut: n1→n3 \(reset\) n1→n4 \(drop\) n3→n1 \(drop\) n4→n1 \(drop\)\nall links are open\n/,
      /n\d: 200 \{"key":"l","value":\["a","b"\]\}/,
      /n\d: 200 .*"value":2.*\nn\d: 409 /,
      /no command 'nonsense'/,
      /n4 {2}http:\/\/\S+ {2}up {2}says n\d leads in term \d+/,
    ])
      assert.match(said, expected);
  });

  it('adds no node where members cannot be changed', async () => {
    const session = start('--set', 'proxy=on');
    session.child.stdin?.end('add\nstatus\n');
    assert.equal(await session.code, 0, session.complained());
    assert.match(session.said(), /the members of this cluster cannot be changed/);
    assert.doesNotMatch(session.said(), /n6/);
  });

  it('asks by gRPC where nodes speak it, and says how to call them', async () => {
    const session = start('--set', 'transport=grpc');
    const lines = [
      'write k 1',
      'cas k 1 2',
      'cas k 1 3',
      'append l "é"',
      'read l',
      'read none',
      'read k',
      'status',
    ];
    session.child.stdin?.end(lines.join('\n') + '\n');
    assert.equal(await session.code, 0, session.complained());
    for (const expected of [
      /grpcurl -plaintext -proto nodes\/host\/kv\.proto -d '\{"key":"k1"\}' 127\.0\.0\.1:\d+ ordeal\.KeyValue\/Read\n/,
      /curl 'http:\/\/127\.0\.0\.1:\d+\/status'/,
      /n\d: 409 \{"error":"FAILED_PRECONDITION: .*","code":22\}/,
      /n\d: 200 \{"value":\["é"\]\}\nn\d: 404 \{"error":"NOT_FOUND: no such key","code":20\}\nn\d: 200 \{"value":2\}/,
      /n3 {2}http:\/\/\S+ {2}up {2}says n\d leads in term \d+/,
    ])
      assert.match(session.said(), expected);
  });

  it('says what a node is after a command that could not change it', async () => {
    const session = start();
    const lines = ['kill 2', 'resume 2', 'start 2', 'pause 2', 'start 2', 'resume 2'];
    session.child.stdin?.end(lines.join('\n') + '\n');
    assert.equal(await session.code, 0, session.complained());
    const states = [...session.said().matchAll(/^n2 is (\w+)$/gm)].map((match) => match[1]);
    assert.deepEqual(states, ['down', 'down', 'up', 'paused', 'paused', 'up']);
  });

  it('ends in good order at Ctrl-C, and leaves nothing behind', async () => {
    const session = start();
    await eventually('the introduction', () => session.said().includes("'help' lists"));
    const folder = /what they print: (.*)\/nodes\//.exec(session.said())?.[1] ?? '';
    const processes = processesOf(folder);
    assert.equal(processes.length, 4);
    session.child.kill('SIGINT');
    assert.equal(await session.code, 0, session.complained());
    assert.ok(!processes.some(isAlive));
  });

  it('leaves nothing behind when a signal comes while the cluster starts', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'ordeal-test-'));
    try {
      const session = open(['--model', 'raft'], { ...process.env, TMPDIR: temporary });
      sessions.push(session);
      const isStarting = (): boolean =>
        readdirSync(temporary).some((name) => name.startsWith('ordeal-cluster-'));
      await eventually('a folder', isStarting);
      session.child.kill('SIGTERM');
      assert.equal(await session.code, 0, session.complained());
      assert.ok(!isStarting());
      assert.deepEqual(processesOf(temporary), []);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  it('says which port is taken, and exits with 255', async () => {
    const taken = createServer();
    const port = await listenOnFreePort(taken);
    const session = start('--base-port', String(port - 1));
    assert.equal(await session.code, 255);
    assert.match(session.complained(), new RegExp(`^error: port ${port}, which n2 should have, is taken`));
    taken.close();
  });
});
