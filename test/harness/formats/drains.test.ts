import assert from 'node:assert/strict';
import { check } from '../../../harness/check.ts';
import { readEdn } from '../../../harness/formats/edn.ts';
import type { HistoryRead } from '../../../harness/formats/format.ts';
import { HistoryFileError } from '../../../harness/historyFile.ts';
import { sourceOf } from './source.ts';

const read = (lines: readonly string[]): HistoryRead => readEdn('q.edn', sourceOf(lines.join('\n')));

const enqueued = [
  '[0 :invoke :enqueue 1]',
  '[0 :ok :enqueue 1]',
  '[0 :invoke :enqueue 2]',
  '[0 :ok :enqueue 2]',
];

const verdictOf = (...drain: readonly string[]): unknown =>
  check(read([...enqueued, ...drain]).history, { spec: 'queue' }).valid;

describe('drains of queues', () => {
  it('are the dequeues of their elements, in flight as long as they were, and one of nothing', () => {
    const { history, lineOf, warnings } = read([
      '[0 :invoke :drain nil]',
      '[7 :invoke :enqueue 1]',
      '[0 :ok :drain [1]]',
      '[7 :ok :enqueue 1]',
    ]);
    assert.deepEqual(
      [...history.ops()].map(({ process, type, f, value }) => [process, type, f, value]),
      [
        [8, 'invoke', 'dequeue', null],
        [9, 'invoke', 'dequeue', null],
        [7, 'invoke', 'enqueue', 1],
        [8, 'ok', 'dequeue', 1],
        [9, 'ok', 'dequeue', null],
        [7, 'ok', 'enqueue', 1],
      ],
    );
    assert.deepEqual(
      [0, 2, 4, 5].map((index) => lineOf?.(index)),
      [1, 2, 3, 4],
    );
    assert.match(warnings.join(), /q\.edn: its drains are taken for dequeues/);
  });

  it('find what is there, however it is ordered, and nothing else', () => {
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :ok :drain [1 2]]'), true);
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :ok :drain [2 1]]'), true);
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :ok :drain [1]]'), false);
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :ok :drain [1 2 2]]'), false);
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :ok :drain nil]'), false);
  });

  it('may have dequeued anything when they have no answer, and nothing when they failed', () => {
    const after = ['[2 :invoke :dequeue nil]', '[2 :ok :dequeue nil]'];
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :info :drain nil]', ...after), true);
    assert.equal(verdictOf('[1 :invoke :drain nil]', ...after), true);
    assert.equal(verdictOf('[1 :invoke :drain nil]', '[1 :fail :drain nil]', ...after), false);
  });

  it('that are none are refused with their line', () => {
    for (const [line, text] of [
      ['[1 :ok :drain 5]', /q\.edn:6: expected the elements that a drain dequeued, found 5/],
      ['[2 :ok :drain [1]]', /q\.edn:6: process 2 completes what it never invoked/],
      ['[1 :invoke :drain nil]', /q\.edn:6: process 1 invokes while its last operation is open/],
      ['[1 :invoke :enqueue 3]', /q\.edn:6: process 1 invokes while its last operation is open/],
      ['[1 :ok :enqueue 3]', /q\.edn:6: process 1 completes 'drain' as 'enqueue'/],
    ] as const)
      assert.throws(
        () => read([...enqueued, '[1 :invoke :drain nil]', line]),
        (error) => error instanceof HistoryFileError && text.test(error.message),
      );
  });

  it('are no matter of histories without queues', () => {
    assert.equal(read(['[0 :invoke :drain nil]']).history.op(0).f, 'drain');
  });
});
