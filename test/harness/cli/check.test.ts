import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadlineBudget, nodeBudget, shareOf } from '../../../harness/checkers/budget.ts';
import { checkCommand } from '../../../harness/cli/check.ts';
import { formatsTable, guaranteesTable, operationsTable } from '../../../harness/cli/checkTables.ts';
import { historyFormats } from '../../../harness/formats/index.ts';
import { guarantees } from '../../../nodes/kernel/model.ts';
import { History } from '../../../harness/columns/history.ts';
import { Progress } from '../../../harness/cli/progress.ts';
import { guessSpecs } from '../../../harness/cli/specGuess.ts';
import { exitCodes, UsageError } from '../../../harness/exit.ts';
import type { Op } from '../../../harness/history.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import { specs } from '../../../harness/specs/index.ts';
import { startCommand, type CommandResult } from '../../command.ts';
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

  it('refuses a file after it has judged the others', async () => {
    const written: string[] = [];
    const streams = { stdout: { write: (text: string) => written.push(text) }, stderr: { write: () => 0 } };
    const bad = file('bad.jsonl', '{}\n');
    const files = [
      join(folder, 'none.jsonl'),
      file('a.jsonl', lines(valid)),
      bad,
      file('b.jsonl', lines(stale)),
    ];
    await assert.rejects(
      checkCommand(streams).parseAsync([...files, '--json'], { from: 'user' }),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /^there is no .*none\.jsonl.*\n.*bad\.jsonl:1: not an event/);
        return true;
      },
    );
    const rows = JSON.parse(written.join('')) as { readonly valid: boolean }[];
    assert.deepEqual(
      rows.map((row) => row.valid),
      [true, false],
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

  it('Ctrl-C leaves the verdicts on the files before, and ends a search in the middle', async function () {
    this.timeout(60_000);
    const files = [file('a.jsonl', lines(valid)), file('b.jsonl', lines(hard))];
    const interrupted = async (isUnderWay: RegExp, ...flags: string[]): Promise<CommandResult> => {
      const { child, ended } = startCommand(['check', ...files, ...flags]);
      let seen = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          if (isUnderWay.test(seen)) return;
          seen += chunk.toString();
          if (isUnderWay.test(seen)) child.kill('SIGINT');
        });
      return ended;
    };
    const [text, json] = await Promise.all([
      interrupted(/a\.jsonl .*\n {2}linearizable holds\n/),
      interrupted(/b\.jsonl: checking 31 operations/, '--json'),
    ]);
    for (const { code, stderr } of [text, json]) {
      assert.equal(code, exitCodes.interrupted, stderr);
      assert.match(stderr, /interrupted: 1 of 2 files were checked\n$/);
    }
    assert(!text.stdout.includes('b.jsonl'), text.stdout);
    const rows = JSON.parse(json.stdout) as { file: string; valid: unknown }[];
    assert.deepEqual(schemaProblems('check', rows), []);
    assert.deepEqual(
      rows.map((row) => [row.file, row.valid]),
      [[files[0], true]],
    );
  });

  it('a history that shows nothing is no violation, and is said to show nothing', async () => {
    const open = parseDrawing('p0  |- x: write 1 -?\np1  |- x: write 2 -?').history;
    for (const [history, why] of [
      [[], 'it holds no operations'],
      [open, 'none of its 2 operations succeeded'],
    ] as const) {
      const { exitCode, stdout, stderr } = await check(file('a.jsonl', lines(history)));
      assert.equal(exitCode, 0);
      assert.match(stdout, /a\.jsonl \(register, \d operations, \d+ ms\)\n {2}nothing was judged\n$/);
      assert(stderr.includes(`a.jsonl: ${why}, and of nothing every guarantee holds`), stderr);
    }
  });

  it('tells undecided levels to those who ask for them, and why', async () => {
    const path = file('a.jsonl', lines(stale));
    assert(!(await check(path)).stdout.includes('undecided'));
    const { stdout } = await check(path, '--guarantee', 'strongest');
    assert.match(stdout, /\n {2}undecided: convergence: there is nothing to compare/);
  });

  it('prints what the README shows', async () => {
    const [, shown = ''] =
      /```\n(test\/samples\/stale-read[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const { stdout } = await check('test/samples/stale-read.edn');
    const timeless = (text: string): string => text.replace(/\d+ ms\)/, '0 ms)');
    assert.equal(timeless(stdout), timeless(shown));
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
    const answered = file('d.jsonl', lines(parseDrawing('p0  |- add 1 -|  |- read -> one -|').history));
    await assert.rejects(
      check(answered, '--spec', 'counter'),
      /d\.jsonl:4: counter: a counter counts numbers/,
    );
    const unknown = file('c.jsonl', lines(parseDrawing('p0  |- fly -|').history));
    await assert.rejects(check(unknown), /no spec has all the operations fly/);
  });

  it('refuses an initial value of what always starts empty, and of the wrong form', async () => {
    for (const drawing of [
      '|- acquire a -> 1 -|',
      '|- generate -> 1 -|',
      '|- leader -> {"leader":"n1","term":1} -|',
    ]) {
      const path = file('a.jsonl', lines(parseDrawing(`p0  ${drawing}`).history));
      const flags = drawing.includes('acquire') ? ['--spec', 'fenced-lock'] : [];
      assert.equal((await check(path, ...flags)).exitCode, 0);
      await assert.rejects(
        check(path, ...flags, '--initial', '1'),
        /a\.jsonl: --initial: [a-z-]+ always begins with nothing, an initial value makes no sense$/,
      );
    }
    const counted = file('b.jsonl', lines(parseDrawing('p0  |- add 1 -|  |- read -> 1 -|').history));
    await assert.rejects(
      check(counted, '--initial', 'many'),
      /b\.jsonl: --initial: no initial value of counter: a counter counts numbers, not "many"$/,
    );
  });

  it('takes who holds a lock at first', async () => {
    const path = file('a.jsonl', lines(parseDrawing('p0  |- acquire a -|').history));
    const held = ['--initial', 'b', '--guarantee', 'mutual-exclusion'];
    assert.equal((await check(path)).exitCode, 0);
    const { exitCode, stdout } = await check(path, ...held);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /acknowledged at event 1, while the lock was held from the beginning, and nobody ever/,
    );
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
    await assert.rejects(check('/dev/null'), /\/dev\/null is no file/);
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

describe('the help of check', () => {
  const help = checkCommand().helpInformation() + formatsTable() + guaranteesTable();

  it('lists every format with how it is read, and every level that a spec can be judged for', () => {
    for (const { name, meaning } of historyFormats)
      assert(help.includes(`${name}: ${meaning}\n    operations: --nil-read `));
    for (const { name } of specs) assert(new RegExp(`^  .*\\b${name}\\b.*:$`, 'm').test(help), name);
    for (const level of guarantees) assert(help.includes(level), level);
  });
});

describe('npm run check on foreign histories', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-check-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  const row = async (
    ...args: string[]
  ): Promise<{ valid: unknown; warnings: string[]; [name: string]: unknown }> => {
    const { stdout } = await check(...args, '--json');
    const rows = JSON.parse(stdout) as { valid: unknown; warnings: string[] }[];
    assert.deepEqual(schemaProblems('check', rows), []);
    assert(rows[0]);
    return rows[0];
  };

  it('checks files of several formats at once, each for itself; the worst decides', async () => {
    const paths = [
      file(
        'a.edn',
        '[{:process 0, :type :invoke, :f :write, :value 1} {:process 0, :type :ok, :f :write, :value 1}]',
      ),
      file('b.log', 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\t7\n'),
      file(
        'c.txt',
        '{:process 0, :type :invoke, :f :get, :key "a", :value nil}\n{:process 0, :type :ok, :f :get, :key "a", :value ""}\n',
      ),
      file('d.jsonl', lines(valid)),
    ];
    const { exitCode, stdout } = await check(...paths, '--json');
    const rows = JSON.parse(stdout) as { valid: unknown; format: unknown; spec: unknown }[];
    assert.equal(exitCode, 1);
    assert.deepEqual(
      rows.map(({ valid: verdict, format, spec }) => [format, spec, verdict]),
      [
        ['edn', 'register', true],
        ['jepsen-log', 'register', false],
        ['porcupine-kv', 'kv', true],
        ['jsonl', 'register', true],
      ],
    );
  });

  it('takes a register of an EDN file to start at nil, or at 0 where only that explains it', async () => {
    const zero = file('zero.edn', '[[0 :invoke :read nil] [0 :ok :read 0]]');
    const implied = await row(zero);
    assert.equal(implied.valid, true);
    assert.match(implied.warnings.join(), /holds only if registers may start at 0 instead of nil/);
    assert.equal((await row(zero, '--initial', 'nil')).valid, false);
    assert.deepEqual((await row(zero, '--initial', '0')).warnings, []);
    const one = file('one.edn', '[[0 :invoke :read nil] [0 :ok :read 1]]');
    assert.equal((await row(one)).valid, false);
    assert.equal((await row(one, '--initial', '1')).valid, true);
    // What is wrong from both is explained from the start that leaves less to blame.
    const both = file(
      'both.edn',
      ':read nil/:read 0/:write 1/:write 1/:write 2/:write 2/:read nil/:read 1'
        .split('/')
        .map((text, at) => `[0 ${at % 2 === 0 ? ':invoke' : ':ok'} ${text}]`)
        .join('\n'),
    );
    const stale = await row(both);
    assert.equal(stale.valid, false);
    assert.match(stale.warnings.join(), /is what remains if registers may start at 0/);
    const { anomalies } = await row(both, '--initial', '0');
    assert.deepEqual(stale['anomalies'], anomalies);
    // A log, or a history of our own, says what it means.
    const log = file(
      'zero.log',
      'INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 0 :ok :read 0\n',
    );
    assert.equal((await row(log)).valid, false);
  });

  it('a nil that is read means nothing, or something, as it is asked', async () => {
    const path = file(
      'nil.edn',
      '[[0 :invoke :write 1] [0 :ok :write 1] [0 :invoke :read nil] [0 :ok :read nil]]',
    );
    assert.equal((await row(path)).valid, true);
    assert.equal((await row(path, '--nil-read', 'value')).valid, false);
    const own = file('a.jsonl', lines(parseDrawing('p0  |- write 1 -|  |- read -> null -|').history));
    assert.equal((await row(own)).valid, false);
    assert.equal((await row(own, '--nil-read', 'unknown')).valid, true);
  });

  it('a cas that failed tells nothing, or something, as it is asked', async () => {
    const path = file(
      'cas.edn',
      '[[0 :invoke :write 1] [0 :ok :write 1] [0 :invoke :cas [1 2]] [0 :fail :cas [1 2]]]',
    );
    assert.equal((await row(path)).valid, true);
    assert.equal((await row(path, '--failed-cas', 'constrain')).valid, false);
  });

  it('checks transactions, and says of which kind they are', async () => {
    const text = [
      '{:process 0 :type :invoke :f :txn :value [[:append :x 1] [:append :y 1]]}',
      '{:process 0 :type :ok :f :txn :value [[:append :x 1] [:append :y 1]]}',
      '{:process 1 :type :invoke :f :txn :value [[:r :x nil] [:r :y nil]]}',
      '{:process 1 :type :ok :f :txn :value [[:r :x [1]] [:r :y [1]]]}',
    ];
    const good = await row(file('a.edn', text.join('\n')));
    assert.deepEqual([good['spec'], good['operations'], good.valid], ['list-append', 2, true]);
    // What a transaction read as nil was not there, as in Elle.
    const skewed = text.with(3, '{:process 1 :type :ok :f :txn :value [[:r :x nil] [:r :y [1]]]}');
    assert.equal((await row(file('b.edn', skewed.join('\n')))).valid, false);
    assert.equal((await row(file('b.edn', skewed.join('\n')), '--nil-read', 'unknown')).valid, true);
  });

  it('writes the history as EDN that reads the same', async () => {
    const path = file('a.jsonl', lines(stale));
    const out = join(folder, 'out.edn');
    const first = await row(path, '--export-edn', out);
    const second = await row(out);
    assert.equal(second['format'], 'edn');
    assert.deepEqual(second['anomalies'], first['anomalies']);
    await assert.rejects(check(path, path, '--export-edn', out), /writes the history of one file, not of 2/);
    await assert.rejects(check(out, '--export-edn', out), /would overwrite the history that is read/);
    await assert.rejects(check(path, '--export-edn', folder), /cannot be written/);
  });

  it('asks for the strongest level that held', async () => {
    const strongest = await row(file('a.jsonl', lines(valid)), '--guarantee', 'strongest');
    assert.deepEqual((strongest['guarantee'] as { judged: string[] }).judged, ['linearizable']);
  });

  it('refuses malformed files of every format with file and line, whatever they are taken for', async () => {
    for (const format of ['jsonl', 'edn', 'jepsen-log', 'porcupine-kv'])
      for (const text of ['\x00\x01\x02', '[{:process 0', '{"index":0}\n{"index":1', '<html>'])
        await assert.rejects(check(file('x.dat', text), '--format', format), (error: unknown) => {
          assert(error instanceof UsageError, String(error));
          assert.match(error.message, /x\.dat:\d+: /);
          return true;
        });
  });
});

describe('the progress of a check', () => {
  it('is told after two seconds, then now and then, through every share of a budget', () => {
    let nowMs = 0;
    const told: string[] = [];
    const progress = new Progress(
      'h.edn',
      () => nowMs,
      (line) => told.push(line),
    );
    const budget = shareOf(progress.watching(nodeBudget(10), 'checking 5 operations'), 0.5);
    for (; nowMs < 9_000; nowMs += 1_000) budget.spend(0);
    assert.deepEqual(told, [
      'h.edn: checking 5 operations, 2 s so far\n',
      'h.edn: checking 5 operations, 7 s so far\n',
    ]);
    assert.equal(budget.spend(6), false);
  });
});
