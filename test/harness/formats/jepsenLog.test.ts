import assert from 'node:assert/strict';
import { readJepsenLog } from '../../../harness/formats/jepsenLog.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import { sourceOf } from './source.ts';

const read = (text: string, piece?: number): ReturnType<typeof readJepsenLog> =>
  readJepsenLog('etcd.log', sourceOf(text, piece));

const log = [
  'WARN  clojure.main - loading',
  'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
  'INFO  jepsen.util - 3 :invoke :cas [1 2]',
  '',
  'INFO  jepsen.core - Worker 3 starting',
  'INFO  jepsen.util - 3\t:fail\t:cas\t[1 2]',
  'INFO  jepsen.util - 0\t:fail\t:read\t:timed-out',
  'INFO  jepsen.util - :nemesis\t:info\t:start\t"Cut off {:n1 #{:n2}}"',
  'INFO  jepsen.util - 1\t:invoke\t:write\t4',
  'INFO  jepsen.util - 1\t:info\t:write\t:timed-out',
  '2016-05-10 12:00:00 INFO  [jepsen worker 4] jepsen.util 4\t:invoke\t:write\t{:a 1}\t"late"\r',
].join('\n');

describe('logs of Jepsen', () => {
  it('are read line by line; lines about something else are skipped', () => {
    const { history, lineOf } = read(log);
    assert.deepEqual(
      [...history.ops()].map(({ process, type, f, value, error }) => [process, type, f, value, error]),
      [
        [0, 'invoke', 'read', null, undefined],
        [3, 'invoke', 'cas', [1, 2], undefined],
        [3, 'fail', 'cas', [1, 2], undefined],
        [0, 'fail', 'read', null, 'timed-out'],
        ['nemesis', 'info', 'start', 'Cut off {:n1 #{:n2}}', undefined],
        [1, 'invoke', 'write', 4, undefined],
        [1, 'info', 'write', null, 'timed-out'],
        [4, 'invoke', 'write', { a: 1 }, 'late'],
      ],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((index) => lineOf?.(index)),
      [2, 3, 6, 7, 8, 9, 10, 11],
    );
  });

  it('are the same, however the bytes come', () => {
    const whole = [...read(log).history.ops()];
    for (const piece of [1, 2, 7, 100]) assert.deepEqual([...read(log, piece).history.ops()], whole);
  });

  it('a read that timed out is no observation, a cas that failed is one if that is asked for', () => {
    const { history } = read(log);
    assert.deepEqual([...history.operations.outcome], [2, 2, 3, 3]);
  });

  it('a process that goes on after an info is another one from there', () => {
    const { history, warnings } = read(`${log}\nINFO  jepsen.util - 1\t:invoke\t:read\tnil\n`);
    assert.equal(history.op(8).process, 5);
    assert.match(warnings.join(), /etcd\.log: processes act again/);
  });

  it('a keyword that was answered is a value', () => {
    const { history } = read(
      'INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 0 :ok :read :blue\n',
    );
    assert.deepEqual([history.op(1).value, history.op(1).error], ['blue', undefined]);
  });

  it('lines of the usual form are what they are as EDN', () => {
    const operationIn = (rest: string): readonly unknown[] => {
      const { process, type, f, value, error } = read(`INFO  jepsen.util - ${rest}\n`).history.op(0);
      return [process, type, f, value, error];
    };
    for (const type of ['invoke', 'ok', 'fail', 'info'])
      for (const value of ['nil', '7', '[0 12]', ':timed-out', ':nil', ':-']) {
        const usual = `3\t:${type}\t:cas\t${value}`;
        // A comma is white space in EDN alone.
        assert.deepEqual(operationIn(usual), operationIn(`${usual},`), usual);
      }
  });

  it('may tell of no operation', () => {
    assert.equal(read('').history.length, 0);
    const { history, warnings } = read('INFO  jepsen.core - the cluster did not start\n');
    assert.equal(history.length, 0);
    assert.match(warnings.join(), /has no line like 'INFO {2}jepsen\.util - 3 :invoke :read nil'/);
  });

  for (const [name, text, message] of [
    ['an unknown type', 'INFO  jepsen.util - 0 :done :read nil', /etcd\.log:2: expected a type/],
    ['no value', 'INFO  jepsen.util - 0 :ok :read', /etcd\.log:2: expected a value in a line like/],
    [
      'a value that is torn',
      'INFO  jepsen.util - 0 :ok :cas [1',
      /etcd\.log:2: expected a value in a line like/,
    ],
    [
      'an operation that is a number',
      'INFO  jepsen.util - 0 :ok 5 nil',
      /etcd\.log:2: expected the name of an operation/,
    ],
    [
      'a number that is none',
      'INFO  jepsen.util - 0 :ok :read 1x',
      /etcd\.log:2: expected a number, found '1x'/,
    ],
  ] as const)
    it(`refuses a line with ${name}`, () =>
      assert.throws(
        () => read(`INFO  jepsen.util - 0 :invoke :read nil\n${text}\n`),
        (error: unknown) => error instanceof HistoryFileError && message.test(error.message),
      ));

  it('refuses what is no log at all', () => {
    for (const text of ['{"index":0}', '\x00\x01', 'hello\n'])
      assert.throws(() => read(`\n${text}`), /etcd\.log:2: expected a log with lines like/);
  });
});
