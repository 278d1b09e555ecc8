import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { RunConfig } from '../../harness/config.ts';
import { HarnessError, UsageError } from '../../harness/exit.ts';
import type { Results } from '../../harness/results.ts';
import { createRunFolder, readRun } from '../../harness/store.ts';
import { nodeId } from '../../nodes/kernel/ids.ts';

const config: RunConfig = {
  version: 1,
  model: 'raft',
  workload: 'register',
  nodes: 5,
  concurrency: 10,
  rate: null,
  timeLimitSeconds: 30,
  faults: ['partition', 'kill'],
  faultIntervalSeconds: 5,
  seed: 42,
  network: 'links',
  options: { reads: 'read-index', snapshotEvery: 1000 },
  guarantee: null,
  bug: null,
  schedule: [
    { id: 0, fault: 'kill', atMs: 5000, durationMs: 2000, params: { target: 'leader' }, seed: 's/0' },
  ],
};

const results: Results = {
  valid: false,
  reasons: ['linearizable is violated'],
  model: 'raft',
  workload: 'register',
  seed: 42,
  guarantee: {
    claimed: ['linearizable'],
    judged: ['linearizable'],
    held: [],
    violated: ['linearizable'],
    undecided: [],
    strongestHeld: [],
  },
  checkers: {
    linearizable: {
      valid: false,
      anomalies: [
        {
          kind: 'non-linearizable',
          ops: [3, 5],
          explanation: 'a stale read',
          key: 'k1',
          prefix: [{ op: 3, state: '1' }],
        },
      ],
      stats: { keys: 1 },
    },
    stats: { valid: 'unknown', anomalies: [], reason: 'too little', stats: {} },
  },
  operations: { ok: 10, fail: 2, info: 1 },
  faults: { kill: { injected: 1, unavailable: 0, activeMs: 2000.5, leaderHit: 1, effective: true } },
  probes: { elections: 2 },
  warnings: [],
  repro: 'npm run jepsen -- --model raft --seed 42',
};

const startedAt = new Date('2026-11-21T11:26:53.123Z');

describe('the store', () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'ordeal-store-'));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  it('refuses a place that is a file, or where no folder can be made, at once', () => {
    const file = join(out, 'a-file');
    writeFileSync(file, '');
    const at = (place: string) => () => createRunFolder(config, { out: place, startedAt });
    assert.throws(at(file), { name: 'HarnessError', message: /a-file: it is a file, not a folder.*--out/ });
    assert.throws(at(join(file, 'runs')), { name: 'HarnessError', message: /a-file: it is a file/ });
    if (existsSync('/proc'))
      assert.throws(at('/proc/no/such'), { name: 'HarnessError', message: /\/proc\/no/ });
  });

  it('names a run by time, model, workload and seed', () => {
    const { paths } = createRunFolder(config, { out, startedAt });
    assert.equal(paths.folder, join(out, '2026-11-21T11-26-53-raft-register-42'));
    assert.ok(existsSync(paths.nodes));
  });

  it('reads back what a run wrote', () => {
    const run = createRunFolder(config, { out, startedAt });
    run.writeConfig(config);
    run.writeResults(results);
    run.writeReport('<!doctype html>');
    const writer = run.openHistory();
    writer.append({ index: 0, timeNs: 1, process: 0, type: 'invoke', f: 'read', key: 'k1', value: null });
    writer.close();
    const stored = readRun(run.paths.folder);
    assert.deepEqual(stored.config, config);
    assert.deepEqual(stored.results, results);
    assert.equal(stored.history.length, 1);
    assert.deepEqual(stored.warnings, []);
    assert.equal(readFileSync(stored.paths.report, 'utf8'), '<!doctype html>');
    assert.deepEqual(readdirSync(run.paths.folder).sort(), [
      'config.json',
      'history.jsonl',
      'nodes',
      'report.html',
      'results.json',
    ]);
  });

  it('reads a run that has no verdict yet', () => {
    const run = createRunFolder(config, { out, startedAt });
    run.writeConfig(config);
    run.openHistory().close();
    assert.equal(readRun(run.paths.folder).results, null);
  });

  it('gives every node a folder, kept across its restarts', () => {
    const run = createRunFolder(config, { out, startedAt });
    writeFileSync(join(run.nodeFolder(nodeId(2)), 'journal'), 'data');
    assert.equal(readFileSync(join(run.nodeFolder(nodeId(2)), 'journal'), 'utf8'), 'data');
  });

  it('latest points to the newest run', () => {
    const first = createRunFolder(config, { out, startedAt });
    assert.equal(readlinkSync(join(out, 'latest')), basename(first.paths.folder));
    const second = createRunFolder({ ...config, seed: 43 }, { out, startedAt });
    assert.equal(readlinkSync(join(out, 'latest')), basename(second.paths.folder));
  });

  it('runs that start at the same moment never share a folder', async () => {
    const store = JSON.stringify(join(import.meta.dirname, '../../harness/store.ts'));
    const program = `
      import { createRunFolder } from ${store};
      for (let run = 0; run < 10; run++)
        console.log(createRunFolder({ model: 'm', workload: 'w', seed: 1 },
          { out: ${JSON.stringify(out)}, startedAt: new Date(0) }).paths.folder);`;
    const start = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    const outputs = await Promise.all([start(), start()]);
    const folders = outputs.flatMap(({ stdout }) => stdout.trim().split('\n'));
    assert.equal(new Set(folders).size, 20);
    assert.ok(folders.some((folder) => folder === join(out, readlinkSync(join(out, 'latest')))));
    assert.deepEqual(
      readdirSync(out).filter((name) => name.endsWith('.latest')),
      [],
    );
  });

  it('says that a folder cannot be written, and what to do', () => {
    writeFileSync(join(out, 'file'), '');
    const refused = (error: unknown): boolean =>
      error instanceof HarnessError && /cannot be written/.test(error.message) && /--out/.test(error.message);
    assert.throws(() => createRunFolder(config, { out: join(out, 'file'), startedAt }), refused);
    assert.throws(() => createRunFolder(config, { out: join(out, 'file', 'runs'), startedAt }), refused);
    // Somebody's folder, not a link of ours: it is not removed.
    mkdirSync(join(out, 'own', 'latest', 'precious'), { recursive: true });
    assert.throws(() => createRunFolder(config, { out: join(out, 'own'), startedAt }), refused);
    assert.ok(existsSync(join(out, 'own', 'latest', 'precious')));
  });

  it('refuses what is not the folder of a run, or is malformed', () => {
    assert.throws(
      () => readRun(out),
      (error) => error instanceof UsageError && /config\.json/.test(error.message),
    );
    const run = createRunFolder(config, { out, startedAt });
    run.openHistory().close();
    writeFileSync(run.paths.config, '{"version": 1');
    assert.throws(() => readRun(run.paths.folder), /not JSON/);
    writeFileSync(run.paths.config, JSON.stringify({ ...config, version: 2, nodes: 0, seed: 'x' }));
    assert.throws(
      () => readRun(run.paths.folder),
      (error) =>
        error instanceof UsageError &&
        ['version', 'nodes must be >= 1', 'seed must be number'].every((word) =>
          error.message.includes(word),
        ),
    );
    run.writeConfig(config);
    writeFileSync(run.paths.results, JSON.stringify({ ...results, valid: 'maybe' }));
    assert.throws(() => readRun(run.paths.folder), /valid must be one of \[true,false,"unknown"\]/);
  });
});
