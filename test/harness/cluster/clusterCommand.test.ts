import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { listenOnFreePort } from '../../../harness/cluster/freePort.ts';
import { eventually, isAlive, processesOf } from './toyNode.ts';

interface Session {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  said(): string;
  complained(): string;
}

function open(args: readonly string[]): Session {
  const child = spawn(process.execPath, ['--import', 'tsx', 'harness/cli/main.ts', 'cluster', ...args]);
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
      /cut: n1 ↔ n3,n4 \(drop\)\nall links are open\n/,
      /n\d: 200 \{"key":"l","value":\["a","b"\]\}/,
      /n\d: 200 .*"value":2.*\nn\d: 409 /,
      /no command 'nonsense'/,
      /n4 {2}http:\/\/\S+ {2}up {2}says n\d leads in term \d+/,
    ])
      assert.match(said, expected);
  });

  it('ends in good order at Ctrl-C, and leaves nothing behind', async () => {
    const session = start();
    await eventually('the introduction', () => session.said().includes("'help' lists"), 15_000);
    const folder = /what they print: (.*)\/nodes\//.exec(session.said())?.[1] ?? '';
    const processes = processesOf(folder);
    assert.equal(processes.length, 4);
    session.child.kill('SIGINT');
    assert.equal(await session.code, 0, session.complained());
    assert.ok(!processes.some(isAlive));
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
