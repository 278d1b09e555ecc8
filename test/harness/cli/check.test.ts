/** `npm run check` on histories of our own: verdicts, exit codes, what is printed, and what is refused. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCommand } from '../../../harness/cli/check.ts';
import { exitCodes, UsageError } from '../../../harness/exit.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import { startCommand, type CommandResult } from '../../command.ts';
import { temporaryFolder } from '../../e2e/folder.ts';
import { parseDrawing } from '../checkers/notation.ts';
import { check, fileIn, lines, stale, valid } from './checkInProcess.ts';

/** A sum that no selection of these amounts makes; to know it, one has to try nearly all of a billion. */
const hard = parseDrawing(
  [
    ...Array.from({ length: 30 }, (_, lane) => `p${lane} |- x: add ${2 * 3 ** lane} -?`),
    `p99 ${' '.repeat(40)} |- x: read -> 100000000000001 -|`,
  ].join('\n'),
).history;

describe('npm run check', () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => fileIn(folder(), name, text);

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

  it('tells long values without their middle, and cuts no character in two', async () => {
    const long = '\u{1f600}'.repeat(500);
    const { stdout } = await check(
      file('b.jsonl', lines(stale.map((op) => (op.value === 1 ? { ...op, value: long } : op)))),
    );
    assert.match(stdout, /linearizable is violated/);
    assert.match(stdout, /\u{1f600} … \u{1f600}/u);
    assert.doesNotMatch(stdout, /\\u\{d8/);
    for (const line of stdout.split('\n')) assert(line.length < 1000, line);
  });

  it('lists many operations with the last ones, which the others contradict, and names a product once', async () => {
    const sale = (cantidad: number) => ({ key: 'p', value: { producto_id: 'p', cantidad, region: 'EU' } });
    const steps = [
      { f: 'restock', ...sale(14) },
      ...Array.from({ length: 15 }, () => ({ f: 'sell', ...sale(1) })),
    ];
    const sold = steps.flatMap((step, at) =>
      (['invoke', 'ok'] as const).map((type, part) => ({
        ...step,
        ...{ index: 2 * at + part, timeNs: at, process: 0, type },
      })),
    );
    const { stdout } = await check(file('b.jsonl', lines(sold)), '--guarantee', 'never-oversold');
    const [, listed = ''] = /the 16 operations that suffice:\n([^]*?)\n {2}\S/.exec(stdout) ?? [];
    const rows = listed.split('\n').map((row) => row.trim());
    assert.equal(rows.length, 13, stdout);
    assert.equal(rows[0], 'p0  restock(14 of p in EU) (ops 0–1)');
    assert.deepEqual(rows.slice(8, 10), ['… 4 more', 'p0  sell(1 of p in EU) (ops 24–25)']);
    assert.equal(rows.at(-1), 'p0  sell(1 of p in EU) (ops 30–31)');
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
      join(folder(), 'none.jsonl'),
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

  it('Ctrl-C leaves the verdicts on the files before, and ends a search in the middle', async () => {
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
    const run = join(folder(), 'run');
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

  it('guesses no single value where reads list what was written one by one', async () => {
    const path = file(
      'a.jsonl',
      lines(parseDrawing('p0  |- write 1 -|  |- write 2 -|  |- read -> [1,2] -|').history),
    );
    await assert.rejects(check(path), /lists of what was written one by one.*--spec/);
    assert.equal((await check(path, '--spec', 'register')).exitCode, 1);
    const whole = file('b.jsonl', lines(parseDrawing('p0  |- write [1,2] -|  |- read -> [1,2] -|').history));
    assert.equal((await check(whole)).exitCode, 0);
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
    await assert.rejects(check(join(folder(), 'none.jsonl')), /there is no .*none\.jsonl/);
    await assert.rejects(check('/dev/null'), /\/dev\/null is no file/);
  });
});
