/** `npm run jepsen -- --submission DIR`: programs of others on real processes, whole runs at their smallest. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { isGroupGone, within } from '../../../harness/cluster/supervisor/processGroup.ts';
import type { RunConfig } from '../../../harness/config.ts';
import type { Op } from '../../../harness/history.ts';
import type { Results } from '../../../harness/results.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import type { Manifest } from '../../../harness/submission/manifest.ts';
import { lackingForFaketime } from '../../../harness/cluster/faketime.ts';
import { runCommand, startCommand } from '../../command.ts';
import { lackingProgram, needs } from '../../programs.ts';
import { temporaryFolder } from '../../e2e/folder.ts';

type Printed = Results & { readonly folder: string };
interface Ran {
  readonly code: number | null;
  readonly results: Printed;
}

const examples = 'test/submissions';

describe('a run of a submission', () => {
  const folder = temporaryFolder();
  const out = (): string => join(folder(), 'runs');

  async function jepsen(submission: string, ...args: string[]): Promise<Ran> {
    const all = ['jepsen', '--submission', submission, ...args, '--out', out(), '--json'];
    const { code, stdout, stderr } = await runCommand(all);
    assert.notEqual(stdout, '', `exit ${code}: ${stderr}`);
    return { code, results: JSON.parse(stdout) as Printed };
  }
  const refused = async (
    manifest: object,
    ...args: string[]
  ): Promise<{ code: number | null; stderr: string }> => {
    writeFileSync(
      join(folder(), 'submission.json'),
      JSON.stringify({ name: 'x', model: 'eventual', ...manifest }),
    );
    return runCommand(['jepsen', '--submission', folder(), ...args, '--time-limit', '2', '--out', out()]);
  };

  /** A correct one holds its claims under partitions, kills and pauses. */
  async function holds(example: string, ...args: string[]): Promise<Printed> {
    const { code, results } = await jepsen(resolve(examples, example), ...args);
    assert.equal(code, 0, JSON.stringify([results.reasons, results.warnings]));
    assert.ok(results.operations.ok > 30, `only ${results.operations.ok} acknowledged operations`);
    return results;
  }
  /** A wrong one is found in one of a few seeds. */
  async function isFound(example: string, kinds: readonly string[], ...args: string[]): Promise<void> {
    for (const seed of ['1', '2', '3', '4']) {
      const { code, results } = await jepsen(resolve(examples, example), ...args, '--seed', seed);
      if (code !== 1) continue;
      const found = Object.values(results.checkers).flatMap(({ anomalies }) => anomalies);
      assert.ok(
        found.some(({ kind }) => kinds.includes(kind)),
        JSON.stringify(found.map(({ kind }) => kind)),
      );
      return;
    }
    assert.fail(`${example} was not found in four seeds`);
  }

  it('in plain Node holds its claims, and its folder says what was run', async () => {
    const results = await holds('eventual-node', '--time-limit', '3', '--seed', '1');
    assert.equal(results.submission, 'eventual-node');
    assert.match(results.repro, /--submission \S+\/test\/submissions\/eventual-node /);
    const config = JSON.parse(readFileSync(join(results.folder, 'config.json'), 'utf8')) as RunConfig;
    assert.deepEqual(schemaProblems('config', config), []);
    assert.deepEqual(schemaProblems('results', results), []);
    assert.equal(config.submission?.manifest.name, 'eventual-node');
    assert.match(readFileSync(join(results.folder, 'report.html'), 'utf8'), /eventual-node/);
    assert.ok(results.faults['kill'] !== undefined && results.faults['partition'] !== undefined);
    assert.ok((results.probes['messages-passed'] ?? 0) > 0, 'peers reach each other by the links');
    for (const file of ['n1/copy/store.mjs', 'n3/data/journal', 'n2/stderr.log'])
      assert.ok(existsSync(join(results.folder, 'nodes', file)), file);
  });

  it('that takes whatever arrives is found to lose writes', () =>
    isFound('eventual-node-wrong', ['lost-write', 'diverged'], '--faults', 'none', '--time-limit', '3'));

  it('in plain Python holds its claims; where the asked node is quorum enough, it is found', async function () {
    needs(this, lackingProgram('python3'));
    await holds('quorum-python', '--time-limit', '3', '--seed', '1');
    await isFound('quorum-python-wrong', ['non-linearizable'], '--faults', 'none', '--time-limit', '2');
  });

  it('keeps its order under wrong clocks, unless that is the order of its clocks, which is found', async function () {
    needs(this, [...lackingForFaketime(), ...lackingProgram('python3')]);
    const clocks = ['--faults', 'clock', '--fault-interval', '1', '--time-limit', '4'];
    const results = await holds('quorum-python', ...clocks, '--seed', '1');
    assert.deepEqual([results.faults['clock']?.effective, results.warnings], [true, []]);
    const source = join(examples, 'quorum-python');
    const manifest = JSON.parse(readFileSync(join(source, 'submission.json'), 'utf8')) as Manifest;
    const mistaken = { ...manifest, run: [...manifest.run, '--mistake', 'clock'] };
    copyFileSync(join(source, 'register.py'), join(folder(), 'register.py'));
    writeFileSync(join(folder(), 'submission.json'), JSON.stringify(mistaken));
    await isFound(folder(), ['non-linearizable'], ...clocks);
  });

  it('in C is built and holds its claims; where it keeps nothing on its disk, that is found', async function () {
    needs(this, lackingProgram('cc'));
    const results = await holds('counter-c', '--time-limit', '3', '--seed', '1');
    assert.ok(existsSync(join(results.folder, 'nodes', 'n2', 'copy', 'counter')));
    assert.ok(!existsSync(join(examples, 'counter-c', 'counter')), 'a build leaves the submission as it was');
    await isFound(
      'counter-c-wrong',
      ['lost-write', 'out-of-bounds'],
      '--faults',
      'kill',
      '--time-limit',
      '3',
    );
  });

  it('over gRPC holds its claims; where it takes whatever arrives, it is found to lose writes', async () => {
    /** As if somebody had said npm install in it. */
    const installed = (example: string): string => {
      const copy = join(folder(), example);
      cpSync(join(examples, example), copy, { recursive: true, dereference: true });
      symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
      return copy;
    };
    const results = await holds(installed('eventual-grpc'), '--time-limit', '4', '--seed', '1');
    assert.ok(results.faults['kill'] !== undefined && results.faults['partition'] !== undefined);
    assert.ok((results.probes['messages-passed'] ?? 0) > 0, 'peers reach each other by the links');
    await isFound(installed('eventual-grpc-wrong'), ['lost-write', 'diverged'], '--time-limit', '4');
  });

  it('with a proxy in front: it is started after the nodes, and clients talk to nobody else', async () => {
    const proxy = `
      import http from 'node:http';
      const [id, nodes, port, peers] = process.argv.slice(2);
      // Always the same node: it knows what its clients have written.
      const node = JSON.parse(peers)[id - nodes - 1];
      http.createServer((incoming, answer) => {
        const url = node + incoming.url;
        const failed = () => answer.headersSent ? answer.destroy() : answer.writeHead(503).end('{"error":"no node"}');
        const asked = http.request(url, { method: incoming.method, headers: incoming.headers }, (found) => {
          answer.writeHead(found.statusCode, found.headers);
          found.pipe(answer);
        });
        asked.on('error', failed).setTimeout(900, () => asked.destroy());
        incoming.pipe(asked);
      }).listen(Number(port), '127.0.0.1');`;
    const store = join(examples, 'eventual-node');
    const { run, options } = JSON.parse(readFileSync(join(store, 'submission.json'), 'utf8')) as Manifest;
    const manifest = { name: 'proxied', model: 'eventual', run, options };
    copyFileSync(join(store, 'store.mjs'), join(folder(), 'store.mjs'));
    writeFileSync(join(folder(), 'proxy.mjs'), proxy);
    const front = { count: 2, run: ['node', 'proxy.mjs', '{id}', '{nodes}', '{port}', '{peerUrls}'] };
    writeFileSync(join(folder(), 'submission.json'), JSON.stringify({ ...manifest, proxy: front }));
    const { code, results } = await jepsen(folder(), '--faults', 'kill', '--time-limit', '2', '--seed', '2');
    assert.equal(code, 0, JSON.stringify([results.reasons, results.warnings]));
    const history = readFileSync(join(results.folder, 'history.jsonl'), 'utf8').trimEnd().split('\n');
    const ops = history.map((line) => JSON.parse(line) as Op).filter(({ process }) => process !== 'nemesis');
    assert.ok(ops.length > 100);
    assert.deepEqual([...new Set(ops.map(({ node }) => node))].sort(), ['n4', 'n5']);
  });

  it('builds it in a copy, and says what is wrong where that fails', async () => {
    const built = await refused({
      build: ['sh', '-c', 'printf "the compiler \\033[2Jis not amused" >&2; touch made; exit 4'],
      run: ['./made'],
    });
    assert.equal(built.code, 255);
    assert.match(built.stderr, /the build of x exited with code 4\n {2}command: sh -c/);
    assert.match(built.stderr, /the compiler \\u\{1b\}\[2Jis not amused/);
    assert.ok(!existsSync(join(folder(), 'made')));
    const absent = await refused({ build: ['no-such-compiler'], run: ['./made'] });
    assert.match(absent.stderr, /no-such-compiler could not be started/);
  });

  it('ends at once, with what it has started, when somebody interrupts its build', async () => {
    const mark = join(folder(), 'building');
    const build = ['sh', '-c', `echo $$ > ${mark}.new; mv ${mark}.new ${mark}; sleep 90`];
    writeFileSync(
      join(folder(), 'submission.json'),
      JSON.stringify({ name: 'x', model: 'eventual', build, run: ['x'] }),
    );
    const { child, ended } = startCommand(['jepsen', '--submission', folder(), '--out', out()]);
    assert.ok(await within(60_000, () => existsSync(mark)));
    child.kill('SIGINT');
    const { code, stderr, seconds } = await ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /the build of x was interrupted/);
    assert.ok(seconds < 80);
    assert.ok(isGroupGone(Number(readFileSync(mark, 'utf8'))));
  });

  it('ends at once, with what it has started, when somebody interrupts nodes that get ready', async () => {
    const mark = join(folder(), 'starting');
    const run = ['sh', '-c', `echo $$ > ${mark}.{id}; sleep 90 & sleep 90`];
    const marks = [1, 2, 3].map((id) => `${mark}.${id}`);
    const isWritten = (file: string): boolean => existsSync(file) && readFileSync(file, 'utf8') !== '';
    writeFileSync(
      join(folder(), 'submission.json'),
      JSON.stringify({ name: 'x', model: 'eventual', run, readySeconds: 80 }),
    );
    const { child, ended } = startCommand(['jepsen', '--submission', folder(), '--out', out()]);
    assert.ok(await within(60_000, () => marks.every(isWritten)));
    child.kill('SIGINT');
    const { code, stderr, seconds } = await ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /interrupted while nodes were getting ready/);
    assert.ok(seconds < 70);
    for (const file of marks) assert.ok(isGroupGone(Number(readFileSync(file, 'utf8'))));
  });

  it('runs what was built, from its own folder, with what it is told', async () => {
    const script = '#!/bin/sh\nread line\necho "$0 $1 $line $WHO $HOME $(pwd)" >&2\nexit 3\n';
    writeFileSync(join(folder(), 'script'), script);
    chmodSync(join(folder(), 'script'), 0o755);
    const { code, stderr } = await refused({
      nodes: 1,
      build: ['cp', 'script', 'program'],
      run: ['./program', '{id}'],
      stdin: 'to port {port}\n',
      env: { WHO: 'node_{id}' },
    });
    assert.equal(code, 255);
    assert.match(stderr, /node n1 exited with code 3 before it listened on 127\.0\.0\.1:\d+/);
    assert.match(stderr, /command: \.\/program 1\n {2}in: \S+\/nodes\/n1\/copy\n/);
    assert.match(stderr, /\.\/program 1 to port \d+ node_1 \S+\/nodes\/n1\/data \S+\/nodes\/n1\/copy\n/);
  });

  it('refuses what makes no sense, and what cannot be done', async () => {
    const cases: readonly [object, readonly string[], RegExp][] = [
      [
        { run: ['x', '{port}'] },
        ['--faults', 'partition'],
        /partition cannot be done to x: it is told nothing/,
      ],
      [{ run: ['x'], ports: [5001, 5002, 5003] }, ['--nodes', '4'], /says where its 3 nodes listen/],
      [{ run: ['x', '{peers}'] }, ['--model', 'raft'], /give one of them/],
      [{ run: ['x', '{peers}'] }, ['--bug', 'y'], /a submission has none/],
      [
        { run: ['x'], transport: 'grpc', api: { operations: { read: { path: '/r' } }, leader: null } },
        [],
        /api\.operations\.read is for http; over grpc/,
      ],
      [{ run: ['x'], transport: 'grpc', model: 'crdt' }, [], /needs/],
      [{ run: ['x', '{peers}'] }, ['--workload', 'bank'], /no workload of eventual 'bank'/],
      [{ run: ['x'], api: { operations: { write: null } } }, [], /needs read and write/],
    ];
    for (const [manifest, args, message] of cases) {
      const { code, stderr } = await refused(manifest, ...args);
      assert.equal(code, 254, stderr);
      assert.match(stderr, message);
    }
  });
});
