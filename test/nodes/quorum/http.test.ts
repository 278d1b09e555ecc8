/** The routes: what requests become, what they are answered, and that bad ones change nothing. */
import assert from 'node:assert/strict';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { toAnswer } from '../../../nodes/quorum/http.ts';
import type { Request, Response } from '../../../nodes/quorum/messages.ts';
import { quorum } from '../../../nodes/quorum/model.ts';
import { n1, Stepper } from './stepper.ts';

const api = new ClientApi(quorum);

/** What a request becomes, or the status of its refusal. */
function understood(method: string, path: string, body?: Json): Request | number | null {
  const text = body === undefined ? '' : JSON.stringify(body);
  const result = api.understand({ method, path, requestId: undefined, body: text });
  if (result === null) return null;
  return 'request' in result ? result.request : result.answer.status;
}

const version = { value: 1, timestamp: [3, 1] as const };

describe('quorum over HTTP', () => {
  for (const [method, path, body, expected] of [
    ['GET', '/client_read/k%2F1', undefined, { type: 'read', key: 'k/1' }],
    ['GET', '/client_read/k?level=ALL', undefined, { type: 'read', key: 'k', level: 'ALL' }],
    ['POST', '/client_write', { key: 'k', value: [1] }, { type: 'write', key: 'k', value: [1] }],
    [
      'POST',
      '/client_write',
      { key: 'k', value: null, level: 'ONE' },
      { type: 'write', key: 'k', value: null, level: 'ONE' },
    ],
    ['GET', '/read_request/k', undefined, { type: 'local-read', key: 'k' }],
    ['GET', '/get/k', undefined, { type: 'local-read', key: 'k' }],
    [
      'POST',
      '/write_request',
      { key: 'k', value: 1, timestamp: [3, 1] },
      { type: 'replica-write', key: 'k', version },
    ],
    [
      'POST',
      '/write_request',
      { key: 'k', value: 1, timestamp: 1750000000.5 },
      { type: 'replica-write', key: 'k', version: { value: 1, timestamp: 1750000000.5 } },
    ],
    ['POST', '/put', { key: 'k', value: 1 }, { type: 'put', key: 'k', value: 1 }],
    ['POST', '/put', { key: 'k', value: 1, timestamp: 7 }, { type: 'put', key: 'k', value: 1, timestamp: 7 }],
  ] as [string, string, Json | undefined, Request][]) {
    it(`maps ${method} ${path} ${JSON.stringify(body ?? null)}`, () => {
      assert.deepEqual(understood(method, path, body), expected);
    });
  }

  for (const { path, method, example } of quorum.routes) {
    it(`takes its own example of ${path}`, () => {
      assert.equal(typeof understood(method, example.path, example.body), 'object');
    });
  }

  for (const [method, path, body, status] of [
    ['GET', '/client_read/k?level=SOME', undefined, 400],
    ['GET', '/client_read/k?level=', undefined, 400],
    ['GET', '/client_read/k?depth=1', undefined, 400],
    ['GET', '/client_read/%zz', undefined, 400],
    ['POST', '/client_read/k', {}, 405],
    ['POST', '/client_write', undefined, 400],
    ['POST', '/client_write', [], 400],
    ['POST', '/client_write', { key: 'k' }, 400],
    ['POST', '/client_write', { value: 1 }, 400],
    ['POST', '/client_write', { key: '', value: 1 }, 400],
    ['POST', '/client_write', { key: 1, value: 1 }, 400],
    ['POST', '/client_write', { key: 'k', value: 1, level: 'one' }, 400],
    ['POST', '/client_write', { key: 'k', value: 1, timestamp: 1 }, 400],
    ['GET', '/read_request/%zz', undefined, 400],
    ['POST', '/write_request', { key: 'k', value: 1 }, 400],
    ['POST', '/write_request', { key: 'k', timestamp: 1 }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: '1' }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: -1 }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: 1e300 }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: [1] }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: [1, 0] }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: [1.5, 1] }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: [1, 1, 1] }, 400],
    ['POST', '/write_request', { key: 'k', value: 1, timestamp: [9007199254740991, 1] }, 400],
    ['GET', '/get/%zz', undefined, 400],
    ['POST', '/put', { key: 'k', value: 1, timestamp: null }, 400],
    ['POST', '/put', { key: null, value: 1 }, 400],
    ['POST', '/put', 'k', 400],
    ['GET', '/put', undefined, 405],
    ['GET', '/get/', undefined, null],
  ] as [string, string, Json | undefined, number | null][]) {
    it(`refuses ${method} ${path} ${JSON.stringify(body ?? null)}`, () => {
      // What is refused here never reaches a core, so that no state can change.
      assert.equal(understood(method, path, body), status);
    });
  }

  for (const [response, status, body] of [
    [{ type: 'value', key: 'k', version }, 200, { key: 'k', value: 1, timestamp: [3, 1] }],
    [{ type: 'value', key: 'k', version: null }, 404, { error: 'no such key', code: 20, key: 'k' }],
    [
      { type: 'value', key: 'k', version: { value: null, timestamp: 5 } },
      404,
      { error: 'no such key', code: 20, key: 'k' },
    ],
    [
      { type: 'written', key: 'k', version, status: 'success' },
      200,
      { status: 'success', key: 'k', value: 1, timestamp: [3, 1] },
    ],
    [{ type: 'replica-written', status: 'outdated' }, 200, { status: 'outdated' }],
    [
      { type: 'no-quorum', error: 'temporarily-unavailable', why: 'because' },
      503,
      { error: 'because', code: 11 },
    ],
    [{ type: 'no-quorum', error: 'timeout', why: 'because' }, 503, { error: 'because', code: 0 }],
  ] as [Response, number, Json][]) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(toAnswer(response), { status, body });
    });
  }
});

describe('one replica alone', () => {
  it('keeps the newer version, whatever kind of timestamp it has, and says so', () => {
    const cluster = new Stepper(1);
    const statuses = (
      [
        [1, [3, 1]],
        [2, [2, 9]],
        [3, [3, 1]],
        [4, 3],
        [5, 4],
        [6, [4, 1]],
      ] as const
    ).map(([value, timestamp]) => {
      const id = cluster.request(n1, { type: 'replica-write', key: 'k', version: { value, timestamp } });
      const response = cluster.response(id);
      return response?.type === 'replica-written' && response.status;
    });
    // 3 against 1 under one timestamp: the greater text stays, so that the order of arrival does not matter.
    assert.deepEqual(statuses, ['success', 'outdated', 'success', 'outdated', 'success', 'success']);
    assert.equal(cluster.held(n1, 'k')?.value, 6);
  });

  it('gives a put without a timestamp one that is newer than what it holds', () => {
    const cluster = new Stepper(1);
    cluster.put(n1, 'k', 'old', [7, 4]);
    const response = cluster.response(cluster.put(n1, 'k', 'new'));
    assert(response?.type === 'written');
    assert.deepEqual(response.version, { value: 'new', timestamp: [8, 1] });
    assert.equal(cluster.held(n1, 'k')?.value, 'new');
  });

  it('counts on from a time of day that somebody put', () => {
    const cluster = new Stepper(1);
    cluster.put(n1, 'k', 'old', 1_750_000_000.25);
    const write = cluster.write(n1, 'k', 'new');
    const response = cluster.response(write);
    assert.deepEqual(response?.type === 'written' && response.version.timestamp, [1_750_000_001, 1]);
  });

  it('has room for a later timestamp above the highest that it takes', () => {
    const cluster = new Stepper(1);
    cluster.put(n1, 'k', 'old', [2 ** 52, 1]);
    cluster.write(n1, 'k', 'new');
    assert.equal(cluster.held(n1, 'k')?.value, 'new');
  });
});
