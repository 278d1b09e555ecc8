import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadlineBudget } from '../../../harness/checkers/budget.ts';
import { checkCommand } from '../../../harness/cli/check.ts';
import { operationsTable } from '../../../harness/cli/checkTables.ts';
import { History } from '../../../harness/columns/history.ts';
import { guessSpecs } from '../../../harness/cli/specGuess.ts';
import { UsageError } from '../../../harness/exit.ts';
import type { Op } from '../../../harness/history.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import { specs } from '../../../harness/specs/index.ts';
import { parseDrawing } from '../checkers/notation.ts';

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, with what it prints caught. */
async function check(...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const exitCodeBefore = process.exitCode;
  const streams = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
  };
  try {
    await checkCommand(streams).exitOverride().parseAsync(args, { from: 'user' });
    return { exitCode: Number(process.exitCode), ...written };
  } finally {
    process.exitCode = exitCodeBefore;
  }
}

const lines = (history: readonly Op[]): string => history.map((op) => `${JSON.stringify(op)}\n`).join('');

const valid = parseDrawing('p0  |- x: write 1 -|  |- x: read -> 1 -|').history;
const stale = parseDrawing('p0  |- x: write 1 -|  |- x: write 2 -|  |- x: read -> 1 -|').history;

/** A sum that no selection of these amounts makes; to know it, one has to try nearly all of a billion. */
const hard = parseDrawing(
  [
    ...Array.from({ length: 30 }, (_, lane) => `p${lane} |- x: add ${2 * 3 ** lane} -?`),
    `p99 ${' '.repeat(40)} |- x: read -> 100000000000001 -|`,
  ].join('\n'),
).history;

describe('npm run check', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-check-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('exits with 0 for a valid history, and says of which spec it took it to be', async () => {
    const { exitCode, stdout } = await check(file('a.jsonl', lines(valid)));
    assert.equal(exitCode, 0);
    assert.match(stdout, /a\.jsonl \(register, 2 operations, \d+ ms\)\n {2}linearizable holds\n/);
  });

  it('exits with 1 for a violation, and explains it', async () => {
    const { exitCode, stdout } = await check(file('a.jsonl', lines(valid)), file('b.jsonl', lines(stale)));
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /linearizable is violated\n {4}non-linearizable: read of x by process 0 \(ops 4–5\) answered 1, but 2 was written/,
    );
  });

  it('exits with 2 when the budget is used up', async () => {
    const { exitCode, stdout } = await check(file('a.jsonl', lines(hard)), '--budget', '0.05');
    assert.equal(exitCode, 2);
    assert.match(stdout, /linearizable is undecided: the budget was used up before 1 key was decided: x/);
  });

  it('draws the operations that suffice, and says how far the history was right and what held', async () => {
    const { stdout } = await check(file('b.jsonl', lines(stale)));
    assert.match(
      stdout,
      new RegExp(
        [
          'longest order that fits \\(2 operations\\): op 0 → 1, op 2 → 2',
          ' {6}the operations that suffice:',
          ' {8}p0 {2}\\|- x: write\\(1\\) -\\| \\|- x: write\\(2\\) -\\| \\|- x: read\\(\\) → 1 -\\|',
        ].join('\\n'),
      ),
    );
  });

  it('prints one value with --json that its schema describes, a row for every file', async () => {
    const files = [file('a.jsonl', lines(valid)), file('b.jsonl', lines(stale))];
    const { exitCode, stdout } = await check(...files, '--json', '--spec', 'cas-register');
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    assert.equal(exitCode, 1);
    assert.deepEqual(schemaProblems('check', rows), []);
    assert.deepEqual(
      rows.map((row) => Object.keys(row).slice(0, 5)),
      [0, 1].map(() => ['file', 'valid', 'operations', 'milliseconds', 'anomalies']),
    );
    assert.deepEqual(
      rows.map((row) => [row['file'], row['valid'], row['operations'], row['format'], row['spec']]),
      [
        [files[0], true, 2, 'jsonl', 'cas-register'],
        [files[1], false, 3, 'jsonl', 'cas-register'],
      ],
    );
    const [{ ops, minimal, checker }] = rows[1]?.['anomalies'] as [Record<string, unknown>];
    assert.deepEqual(
      { ops, minimal, checker },
      { ops: [0, 1, 2, 3, 4, 5], minimal: [0, 1, 2, 3, 4, 5], checker: 'linearizable' },
    );
  });

  it('says with --json why something is unknown', async () => {
    const { exitCode, stdout } = await check(file('a.jsonl', lines(hard)), '--budget', '0.05', '--json');
    const rows = JSON.parse(stdout) as { valid: unknown; reasons: string[] }[];
    assert.equal(exitCode, 2);
    assert.deepEqual(schemaProblems('check', rows), []);
    assert.equal(rows[0]?.valid, 'unknown');
    assert.match(rows[0]?.reasons[0] ?? '', /^linearizable: the budget was used up/);
  });

  it('takes a run folder, with the spec, the level and all checkers of its run', async () => {
    const run = join(folder, 'run');
    mkdirSync(run);
    const config = {
      version: 1,
      model: 'raft',
      workload: 'register',
      nodes: 5,
      concurrency: 10,
      rate: null,
      timeLimitSeconds: 30,
      faults: [],
      faultIntervalSeconds: 5,
      seed: 1,
      network: 'links',
      options: {},
      guarantee: 'linearizable',
      bug: null,
      schedule: [],
    };
    writeFileSync(join(run, 'config.json'), JSON.stringify(config));
    writeFileSync(join(run, 'history.jsonl'), lines(stale));
    for (const path of [run, join(run, 'history.jsonl')]) {
      const { exitCode, stdout } = await check(path);
      assert.equal(exitCode, 1);
      assert.match(stdout, /\(cas-register, 3 operations/);
      assert.match(stdout, /linearizable is violated/);
      assert(stdout.split('\n').filter((line) => / holds$/.test(line)).length > 0, stdout);
    }
  });

  it('drops a torn last line, with a warning', async () => {
    const { exitCode, stderr } = await check(file('a.jsonl', `${lines(valid)}{"index":4,"ti`));
    assert.equal(exitCode, 0);
    assert.match(stderr, /a\.jsonl:5: the last line is torn/);
  });

  for (const [what, text] of [
    ['fields are missing', '{"index":0}\n{"index":1'],
    ['an event is not one', '{"type":"invoke"}\n'],
    ['it is binary', '\x00\x01\x02'],
    ['it is in another format', '[{:process 0'],
  ] as const)
    it(`refuses a file when ${what}, with its name and line`, async () => {
      const path = file('x.jsonl', text);
      await assert.rejects(check(path, '--spec', 'register'), (error: unknown) => {
        assert(error instanceof UsageError);
        assert(error.message.startsWith(`${path}:1: `), error.message);
        assert.match(error.message, /"type":"invoke"/);
        return true;
      });
    });

  it('refuses operations and values that the spec does not have, with the line', async () => {
    const path = file('a.jsonl', lines(stale));
    await assert.rejects(
      check(path, '--spec', 'queue'),
      /a\.jsonl:1: 'write' is no operation of queue; it has enqueue, dequeue/,
    );
    const odd = file('b.jsonl', lines(parseDrawing('p0  |- add 1 -|  |- add one -|').history));
    await assert.rejects(
      check(odd, '--spec', 'counter'),
      /b\.jsonl:3: counter: a counter counts numbers, not "one"/,
    );
    const unknown = file('c.jsonl', lines(parseDrawing('p0  |- fly -|').history));
    await assert.rejects(check(unknown), /no spec has all the operations fly/);
  });

  it('refuses names that it does not know, and files that are not there', async () => {
    const path = file('a.jsonl', lines(valid));
    await assert.rejects(check(path, '--spec', 'registr'), /no spec 'registr'\. Did you mean 'register'\?/);
    await assert.rejects(check(path, '--format', 'edm'), /no format 'edm'/);
    await assert.rejects(check(path, '--guarantee', 'linear'), /no guarantee 'linear'/);
    await assert.rejects(
      check(path, '--guarantee', 'mutual-exclusion', '--spec', 'register'),
      /register histories cannot be checked for mutual-exclusion; there is: .*linearizable/,
    );
    await assert.rejects(check(join(folder, 'none.jsonl')), /there is no .*none\.jsonl/);
  });

  it('guesses the spec from the operations, and from what reads answered', () => {
    const guess = (drawing: string): string | undefined =>
      guessSpecs(History.of(parseDrawing(drawing).history))[0]?.name;
    assert.equal(guess('p0  |- read -> 1 -|'), 'register');
    assert.equal(guess('p0  |- write 1 -|  |- cas [1,2] -|'), 'cas-register');
    assert.equal(guess('p0  |- append 1 -|  |- read -> [1] -|'), 'append');
    assert.equal(guess('p0  |- append a -|  |- get -> a -|'), 'kv');
    assert.equal(guess('p0  |- add 1 -|  |- read -> [1] -|'), 'set');
    assert.equal(guess('p0  |- add 1 -|  |- read -> 1 -|'), 'counter');
    assert.equal(guess('p0  |- enqueue 1 -|'), 'queue');
    assert.equal(guess('p0  |- acquire a -|'), 'lock');
    assert.equal(guess('p0  |- fly -|'), undefined);
  });

  it('lists all operations of all specs in its help', () => {
    const table = operationsTable();
    for (const { name, operations } of specs) {
      assert(table.includes(`  ${name}: `));
      for (const { f, invoked } of operations) assert(table.includes(`${f.padEnd(9)} asks ${invoked}`));
    }
  });
});

describe('a deadline budget', () => {
  it('is used up when its time has passed, however little was searched', () => {
    let nowMs = 1_000;
    const budget = deadlineBudget(() => nowMs, 50);
    assert(budget.spend(1_000_000));
    nowMs = 1_050;
    assert(budget.spend(0));
    nowMs = 1_051;
    assert(!budget.spend(0));
  });
});
