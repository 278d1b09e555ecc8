/** The client API: what requests become, and what responses look like. */
import assert from 'node:assert/strict';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { Request, Response } from '../../../nodes/leader-follower/messages.ts';
import { leaderFollower } from '../../../nodes/leader-follower/model.ts';
import { n1, n3 } from './stepper.ts';

const api = new ClientApi(leaderFollower);

/** What a request becomes, or the status and the body that refuse it. */
function understood(
  method: string,
  path: string,
  body = '',
  requestId?: string,
): Request | { status: number; body: Json } {
  const found = api.understand({ method, path, body, requestId });
  assert(found, `there is no route ${path}`);
  return 'request' in found ? found.request : found.answer;
}

describe('leader-follower over HTTP', () => {
  for (const [method, path, body, expected] of [
    [
      'POST',
      '/escribir',
      { a: 1, b: null },
      {
        type: 'write-all',
        operation: {
          type: 'txn',
          txn: [
            ['w', 'a', 1],
            ['w', 'b', null],
          ],
        },
      },
    ],
    ['POST', '/replicar', { a: [1] }, { type: 'replicate', values: [['a', [1]]] }],
    ['GET', '/heartbeat', null, { type: 'heartbeat' }],
    ['GET', '/', null, { type: 'about' }],
    ['GET', '/get/k%2F1', null, { type: 'query', query: { type: 'get', key: 'k/1' } }],
    [
      'POST',
      '/put',
      { key: 'k', value: 1 },
      { type: 'operation', operation: { type: 'put', key: 'k', value: 1 } },
    ],
  ] as const) {
    it(`maps ${method} ${path}`, () => {
      assert.deepEqual(understood(method, path, body === null ? '' : JSON.stringify(body)), expected);
    });
  }

  it('takes the Request-Id of the old route, too, and refuses a malformed one', () => {
    const request = understood('POST', '/escribir', '{"a":1}', 'c/7');
    assert.deepEqual('serial' in request && request.serial, { client: 'c', number: 7 });
    assert.equal('type' in request && understoodType('POST', '/escribir', '{"a":1}', 'seven'), 'malformed');
  });

  function understoodType(...request: Parameters<typeof understood>): string {
    const found = understood(...request);
    return 'type' in found ? found.type : String(found.status);
  }

  for (const path of ['/escribir', '/replicar', '/put', '/delete', '/cas', '/txn']) {
    for (const body of ['', '{', 'null', '[]', '1', '"a"', '{}', '{"":1}', '[{"a":1}]']) {
      it(`refuses POST ${path} with the body ${body || '(nothing)'}, and says why`, () => {
        const refusal = understood('POST', path, body);
        assert('status' in refusal && refusal.status === 400, JSON.stringify(refusal));
        const { error, code, problems } = refusal.body as { error: string; code: number; problems: string[] };
        assert.equal(code, 12);
        assert(error.length > 0 && problems.length > 0);
      });
    }
  }

  for (const path of ['/escribir', '/replicar', '/get/k', '/heartbeat', '/']) {
    it(`refuses the wrong method on ${path}`, () => {
      const method = path === '/escribir' || path === '/replicar' ? 'GET' : 'POST';
      const refusal = understood(method, path, '{"a":1}');
      assert.equal('status' in refusal && refusal.status, 405);
    });
  }

  for (const { path, method, example } of leaderFollower.routes) {
    it(`takes its own example of ${path}`, () => {
      const body = example.body === undefined ? '' : JSON.stringify(example.body);
      assert('type' in understood(method, example.path, body));
    });
  }

  for (const [response, status, body] of [
    [{ type: 'value', key: 'k', value: null }, 404, { error: 'no such key', code: 20, key: 'k' }],
    [{ type: 'not-leader', leader: n3 }, 421, { error: 'not the leader', code: 11, leader: 'n3' }],
    [{ type: 'refused', error: 'timeout', why: 'late' }, 504, { error: 'late', code: 0 }],
    [
      { type: 'course', outcome: { type: 'txn', txn: [] } },
      200,
      { success: 'written, and confirmed by enough followers' },
    ],
    [
      { type: 'course', outcome: { type: 'not-leader', leader: n1 } },
      403,
      { error: 'this node does not lead', code: 11, leader: 'n1' },
    ],
    [
      { type: 'course', outcome: { type: 'refused', error: 'timeout', why: 'late' } },
      500,
      { error: 'late', code: 0 },
    ],
    [
      { type: 'course', outcome: { type: 'refused', error: 'temporarily-unavailable', why: 'nobody leads' } },
      503,
      { error: 'nobody leads', code: 11 },
    ],
    [{ type: 'replicated' }, 200, { success: 'kept in the log of this follower' }],
    [{ type: 'leads-itself' }, 403, { error: 'this node leads, and copies nobody', code: 11 }],
    [{ type: 'about', about: { node: 'n1' } }, 200, { node: 'n1' }],
  ] as [Response, number, Json][]) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(leaderFollower.toAnswer(response), { status, body });
    });
  }
});
