/** A node as a process of its own, from its bundle: start, crash, recovery, and every way to end. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from '../../../harness/cluster/bundle.ts';
import { createLawProbe } from './lawModel.ts';

interface Ready {
  readonly ready: true;
  readonly node: string;
  readonly port: number;
  readonly incarnation: number;
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** One process, and what it said. */
class NodeProcess {
  readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  private readonly ended: Promise<Ended>;

  constructor(bundle: string, args: readonly string[]) {
    this.child = spawn(process.execPath, [bundle, ...args], { stdio: 'pipe' });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stderr: this.stderr,
    }));
  }

  async ready(): Promise<Ready> {
    while (!this.stdout.includes('\n')) {
      const end = await Promise.race([
        this.ended,
        once(this.child.stdout ?? this.child, 'data').then(() => null),
      ]);
      if (end !== null && !this.stdout.includes('\n'))
        assert.fail(`it ended with ${end.code}: ${end.stderr}`);
    }
    return JSON.parse(this.stdout) as Ready;
  }

  end(signal?: NodeJS.Signals): Promise<Ended> {
    if (signal !== undefined) this.child.kill(signal);
    return this.ended;
  }
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

describe('a node process', () => {
  let folder: string;
  let bundle: string;
  let data: string;
  const started: NodeProcess[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-program-'));
    bundle = await bundleHost(join(folder, 'law.mjs'), {
      entry: fileURLToPath(new URL('lawMain.ts', import.meta.url)),
      models: [createLawProbe().model],
    });
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    data = mkdtempSync(join(folder, 'data-'));
  });
  afterEach(async () => {
    for (const node of started.splice(0)) await node.end('SIGKILL');
  });

  const start = (...more: string[]): NodeProcess => {
    const args = ['--model', 'law', '--id', '1', '--port', '0', '--data', data, ...more];
    const node = new NodeProcess(bundle, args);
    started.push(node);
    return node;
  };

  const act = async (port: number, body: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/do`, { method: 'POST', body: JSON.stringify(body) });
    return answer.json();
  };
  const append = (port: number, value: string): Promise<unknown> => act(port, { do: 'append', value });

  const journal = (): string => join(data, 'journal');

  it('is a small bundle, without ajv in it', () => {
    assert(statSync(bundle).size < 300_000);
    assert.doesNotMatch(readFileSync(bundle, 'utf8'), /class Ajv/);
  });

  it('is ready within 200 ms of its spawn', async () => {
    // Other work on the machine slows every process down: then it may take as long as three that do nothing at all.
    let emptyMsMin = Infinity;
    let readyMsMin = Infinity;
    for (let attempt = 0; attempt < 20 && readyMsMin > Math.max(200, 3 * emptyMsMin); attempt++) {
      emptyMsMin = Math.min(
        emptyMsMin,
        await timeMs(() => once(spawn(process.execPath, ['-e', '0']), 'close')),
      );
      readyMsMin = Math.min(readyMsMin, await timeMs(() => start().ready()));
      await started.pop()?.end('SIGKILL');
    }
    const limitMs = Math.max(200, 3 * emptyMsMin);
    assert(readyMsMin <= limitMs, `ready after ${readyMsMin} ms; an empty process takes ${emptyMsMin} ms`);
  });

  it('validates with the schemas that were compiled into it', async () => {
    const { port } = await start().ready();
    const refused = (await act(port, { value: 1, extra: 2 })) as { code: number; problems: string[] };
    assert.equal(refused.code, 12);
    assert.equal(refused.problems.length, 3);
  });

  it('keeps what it acknowledged through SIGKILL, under load, again and again', async () => {
    const acknowledged: string[] = [];
    for (let life = 1; life <= 3; life++) {
      const node = start();
      const { port, incarnation } = await node.ready();
      assert.equal(incarnation, life);
      const { values } = (await act(port, { do: 'read' })) as { values: string[] };
      const missing = acknowledged.filter((value) => !values.includes(value));
      assert.deepEqual(missing, []);
      let isOver = false;
      const client = async (name: number): Promise<void> => {
        for (let count = 0; !isOver; count++) {
          const value = `${life}-${name}-${count}`;
          const isOk = await append(port, value).then(
            () => true,
            () => false,
          );
          if (isOk) acknowledged.push(value);
        }
      };
      const clients = [1, 2, 3, 4].map(client);
      const enough = acknowledged.length + 20;
      while (acknowledged.length < enough) await new Promise((resolve) => setTimeout(resolve, 2));
      await node.end('SIGKILL');
      isOver = true;
      await Promise.all(clients);
    }
  });

  it('cuts a torn tail off and says so; refuses a journal damaged in its middle and says why', async () => {
    const first = start();
    const { port } = await first.ready();
    for (const value of ['a', 'b', 'c']) await append(port, value);
    await first.end('SIGKILL');
    appendFileSync(journal(), '12ab34cd 200 r {"value"');
    const second = start();
    assert.deepEqual(await act((await second.ready()).port, { do: 'read' }), { values: ['a', 'b', 'c'] });
    assert.match((await second.end('SIGTERM')).stderr, /cut off a torn last write of 23 bytes/);
    writeFileSync(journal(), readFileSync(journal(), 'utf8').replace('"a"', '"x"'));
    const { code, stderr } = await start().end();
    assert.equal(code, 255);
    assert.match(stderr, /refusing to start: the journal .* is corrupt: a checksum does not hold/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace helps nobody here');
  });

  it('ends with 0 on SIGTERM, at once, even under load, and keeps what it acknowledged', async () => {
    const node = start();
    const { port } = await node.ready();
    const acknowledged: string[] = [];
    let isOver = false;
    const client = async (name: number): Promise<void> => {
      for (let count = 0; !isOver; count++) {
        const value = `${name}-${count}`;
        await append(port, value).then(
          () => acknowledged.push(value),
          () => (isOver = true),
        );
      }
    };
    const clients = [1, 2, 3, 4].map(client);
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 2));
    const startMs = performance.now();
    assert.deepEqual(await node.end('SIGTERM'), { code: 0, stderr: '' });
    assert(performance.now() - startMs < 20_000);
    isOver = true;
    await Promise.all(clients);
    const { values } = (await act((await start().ready()).port, { do: 'read' })) as { values: string[] };
    assert.deepEqual(
      acknowledged.filter((value) => !values.includes(value)),
      [],
    );
  });

  it('ends when its stdin closes, if it was told to, and only then', async () => {
    const orphan = start('--exit-with-stdin');
    const keeper = start('--data', mkdtempSync(join(folder, 'data-')));
    await orphan.ready();
    const { port } = await keeper.ready();
    orphan.child.stdin?.end();
    keeper.child.stdin?.end();
    assert.equal((await orphan.end()).code, 0);
    assert.deepEqual(await append(port, 'still here'), { values: ['still here'] });
  });

  it('says that its port is in use and what to do, with exit 255, and touches no journal', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await start('--port', String(port)).end();
    taken.close();
    assert.equal(code, 255);
    assert.match(stderr, new RegExp(`port ${port} is in use .* choose another with --port`));
    assert.throws(() => statSync(journal()), /ENOENT/);
  });

  it('refuses bad flags with exit 254, all problems and the usage', async () => {
    const { code, stderr } = await start('--id', 'x', '--port', '70000', '--bug', 'none').end();
    assert.equal(code, 254);
    for (const expected of [/--id must be/, /--port must be/, /no bug "none"/, /usage: /])
      assert.match(stderr, expected);
  });

  it('listens on 127.0.0.1 alone', async () => {
    const { port } = await start().ready();
    await assert.rejects(fetch(`http://127.0.0.2:${port}/status`));
  });
});
