import assert from 'node:assert/strict';
import { failureWarnings } from '../../harness/failureWords.ts';
import type { Op } from '../../harness/history.ts';

describe('what clients were told where nothing succeeded', () => {
  const ended = (f: string, type: Op['type'], error?: string, process: Op['process'] = 0): Op => ({
    index: 0,
    timeNs: 0,
    process,
    type,
    f,
    value: null,
    ...(error !== undefined && { error }),
  });

  it('is what they were told most often, for each kind of operation', () => {
    const history = [
      ended('read', 'invoke'),
      ...['timeout', '200 without the result', 'timeout'].map((error) => ended('read', 'fail', error)),
      ended('write', 'info', '500'),
      ended('cas', 'info', '201'),
    ];
    assert.deepEqual(failureWarnings(history), [
      'no read ever succeeded; 2 of 3 ended with: timeout',
      'no write ever succeeded; 1 of 1 ended with: HTTP 500',
      'no cas ever succeeded; 1 of 1 ended with: HTTP 201, and success is 200 unless "statuses" of a submission.json say otherwise',
    ]);
  });

  it('is left out where one operation succeeded, for faults, and for those that never ended', () => {
    const history = [
      ...[ended('read', 'fail', 'timeout'), ended('read', 'ok')],
      ended('cas', 'invoke'),
      ended('start-kill', 'info', 'x', 'nemesis'),
    ];
    assert.deepEqual(failureWarnings(history), []);
  });

  it('is cut where a program talks on and on', () => {
    const [warning = ''] = failureWarnings([ended('read', 'fail', 'x'.repeat(10_000))]);
    assert.ok(warning.length < 300);
    assert.match(warning, /xxx …$/);
  });
});
