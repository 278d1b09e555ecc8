import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../harness/exit.ts';
import { edn } from '../../../harness/formats/edn.ts';
import { historyFormats, readHistoryFile, recognisedFormat } from '../../../harness/formats/index.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';

describe('formats of histories', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-formats-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  const looks: readonly (readonly [format: string, name: string, text: string])[] = [
    ['jsonl', 'a.txt', '{"index":0,"timeNs":0,"process":0,"type":"invoke","f":"read","value":null}\n'],
    ['jsonl', 'a.jsonl', '[{:process 0'],
    ['jsonl', 'empty', ''],
    ['edn', 'a.txt', '[{:process 0, :type :invoke, :f :read}]'],
    ['edn', 'a.txt', '{:process 0, :type :invoke, :f :read}'],
    ['edn', 'a.txt', '; a comment\n\n[0 :invoke :read nil]'],
    ['edn', 'a.txt', '#jepsen.history.Op{:index 0}'],
    ['edn', 'a.txt', '({:type :invoke})'],
    ['porcupine-kv', 'a.txt', '{:process 0, :type :invoke, :f :get, :key "7", :value nil}\n'],
    ['jepsen-log', 'a.txt', 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n'],
    ['jepsen-log', 'a.txt', 'WARN  other\nINFO  jepsen.util - 0 :invoke :read nil\n'],
    ['jepsen-log', 'a.log', 'INFO  jepsen.core - starting\n'],
  ];
  for (const [format, name, text] of looks)
    it(`${JSON.stringify(text.slice(0, 40))} in ${name} is ${format}`, () =>
      assert.equal(recognisedFormat(file(name, text)).name, format));

  it('a file may begin with a byte order mark, and its lines end as on Windows', () => {
    for (const [format, text] of [
      ['jsonl', '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"type":"ok","f":"read","value":7}\n'],
      ['edn', '{:process 0, :type :invoke, :f :read}\n{:process 0, :type :ok, :f :read, :value 7}\n'],
      ['porcupine-kv', '{:process 0, :type :invoke, :f :get, :key "7", :value nil}\n'],
      ['jepsen-log', 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\t7\n'],
    ] as const) {
      const [plain, marked] = [text, `\uFEFF${text.replaceAll('\n', '\r\n')}`].map((content, at) => {
        const path = file(`${at}.txt`, content);
        const found = recognisedFormat(path);
        assert.equal(found.name, format);
        return [...found.read(path).history.ops()];
      });
      assert.deepEqual(marked, plain);
    }
    assert.equal(recognisedFormat(file('empty', '\uFEFF')).name, 'jsonl');
  });

  it('what looks like none is refused with all that there are', () => {
    for (const text of ['hello', '[{"index": 0}]', '\x00\x01', '<html>'])
      assert.throws(
        () => recognisedFormat(file('x.dat', text)),
        (error: unknown) =>
          error instanceof UsageError &&
          historyFormats.every(({ name }) => error.message.includes(`${name} (`)) &&
          error.message.includes('x.dat:1: '),
      );
  });

  it('a process with two operations in flight is refused with the line of the second one', () => {
    const path = file('a.edn', '[0 :invoke :read nil]\n\n[1 :invoke :read nil]\n[0 :invoke :read nil]\n');
    assert.throws(
      () => readHistoryFile(path, edn),
      (error: unknown) => {
        assert.ok(error instanceof HistoryFileError);
        assert.equal(error.message, `${path}:4: process 0 invokes while its last operation is open`);
        return true;
      },
    );
  });

  it('a completion of another operation is refused with its line, unless it is one of a transaction', () => {
    const other = file('a.edn', '[0 :invoke :read nil]\n\n[0 :ok :write 1]\n');
    assert.throws(
      () => readHistoryFile(other, edn),
      (error: unknown) =>
        error instanceof HistoryFileError &&
        error.message === `${other}:3: process 0 completes 'read' as 'write'`,
    );
    const transaction = file('b.edn', '[0 :invoke :read [[:r 1 nil]]]\n[0 :info :read nil]\n');
    assert.equal(readHistoryFile(transaction, edn).history.operations.length, 1);
  });

  it('an answer is read as the format has it, unless somebody says otherwise', () => {
    const path = file(
      'a.edn',
      '[0 :invoke :read nil] [0 :ok :read nil] [0 :invoke :cas [1 2]] [0 :fail :cas [1 2]]',
    );
    const { history } = readHistoryFile(path, edn);
    assert.deepEqual(history.reading, { nilRead: 'unknown', failedCas: 'drop' });
    const other = readHistoryFile(path, edn, { nilRead: 'value', failedCas: 'constrain' });
    assert.deepEqual([...history.operations.outcome], [2, 2]);
    assert.deepEqual([...other.history.operations.outcome], [1, 1]);
  });

  it('a file that cannot be read is refused', () => {
    assert.throws(() => recognisedFormat(join(folder, 'none')), UsageError);
    for (const format of historyFormats) assert.throws(() => format.read(folder), UsageError);
  });
});
