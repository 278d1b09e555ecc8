/** `npm run check` on histories of other tools: what their answers mean, and what is refused. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { UsageError } from '../../../harness/exit.ts';
import { schemaProblems } from '../../../harness/schemas/validate.ts';
import { temporaryFolder } from '../../e2e/folder.ts';
import { parseDrawing } from '../checkers/notation.ts';
import { check, fileIn, lines, stale, valid } from './checkInProcess.ts';

describe('npm run check on foreign histories', () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => fileIn(folder(), name, text);

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
    const out = join(folder(), 'out.edn');
    const first = await row(path, '--export-edn', out);
    const second = await row(out);
    assert.equal(second['format'], 'edn');
    assert.deepEqual(second['anomalies'], first['anomalies']);
    await assert.rejects(check(path, path, '--export-edn', out), /writes the history of one file, not of 2/);
    await assert.rejects(check(out, '--export-edn', out), /would overwrite the history that is read/);
    await assert.rejects(check(path, '--export-edn', folder()), /cannot be written/);
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
