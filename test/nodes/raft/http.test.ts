/** The client API: what requests become, and what responses look like. */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { errorKinds, isDefinite } from '../../../nodes/kernel/errors.ts';
import { routeOf } from '../../../nodes/kernel/model.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { toAnswer } from '../../../nodes/raft/http.ts';
import type { Request, Response } from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';
import { n3 } from './stepper.ts';

const ajv = new Ajv({ strict: true, allErrors: true });

/** What a request becomes; the problems if its body is refused. */
function mapped(
  method: 'GET' | 'POST',
  path: string,
  body: Json = null,
  requestId?: string,
): Request | string {
  const routed = routeOf(raft.routes, { method, path });
  if (typeof routed === 'string') return routed;
  const { route, params } = routed;
  if (route.schema && !ajv.compile(route.schema)(body)) return 'refused';
  return route.toRequest({ params, body, requestId });
}

describe('raft over HTTP', () => {
  for (const [method, path, body, expected] of [
    ['GET', '/get/k%2F1', null, { type: 'query', query: { type: 'get', key: 'k/1' } }],
    [
      'POST',
      '/put',
      { key: 'k', value: [1] },
      { type: 'operation', operation: { type: 'put', key: 'k', value: [1] } },
    ],
    ['POST', '/put', { key: 'k' }, 'refused'],
    ['POST', '/put', { key: 1, value: 1 }, 'refused'],
    ['POST', '/put', { key: 'k', value: 1, more: 1 }, 'refused'],
    ['POST', '/delete', { key: 'k' }, { type: 'operation', operation: { type: 'delete', key: 'k' } }],
    [
      'POST',
      '/cas',
      { key: 'k', from: null, to: 1 },
      { type: 'operation', operation: { type: 'cas', key: 'k', from: null, to: 1 } },
    ],
    ['POST', '/cas', { key: 'k', to: 1 }, 'refused'],
    [
      'POST',
      '/txn',
      { txn: [['r', 'k', null]] },
      { type: 'query', query: { type: 'txn', txn: [['r', 'k', null]] } },
    ],
    [
      'POST',
      '/txn',
      { txn: [['append', 'k', 1]] },
      { type: 'operation', operation: { type: 'txn', txn: [['append', 'k', 1]] } },
    ],
    ['POST', '/txn', { txn: [['cas', 'k', [1]]] }, 'refused'],
    ['POST', '/txn', { txn: [['add', 'k', 1]] }, 'refused'],
    ['POST', '/txn', { txn: [['drop', 'k', 1]] }, 'refused'],
    ['POST', '/members/add', { node: 'n6' }, { type: 'add-member', node: 'n6' }],
    ['POST', '/members/remove', { node: '6' }, 'refused'],
    ['POST', '/transfer', { to: 'n3' }, { type: 'transfer', to: 'n3' }],
    ['GET', '/put', null, 'wrong-method'],
    ['GET', '/nothing', null, 'not-found'],
  ] as [method: 'GET' | 'POST', path: string, body: Json, expected: Request | string][]) {
    it(`maps ${method} ${path} ${JSON.stringify(body)}`, () => {
      assert.deepEqual(mapped(method, path, body), expected);
    });
  }

  it('takes the Request-Id of what goes into the log, and refuses a malformed one', () => {
    const request = mapped('POST', '/put', { key: 'k', value: 1 }, 'c1/7');
    assert.deepEqual(typeof request === 'object' && 'serial' in request && request.serial, {
      client: 'c1',
      number: 7,
    });
    const malformed = mapped('POST', '/put', { key: 'k', value: 1 }, 'seven');
    assert.equal(typeof malformed === 'object' && malformed.type, 'malformed');
  });

  for (const { path, method, example } of raft.routes) {
    it(`takes its own example of ${path}`, () => {
      assert.equal(typeof mapped(method, example.path, example.body ?? null), 'object');
    });
  }

  for (const [response, status, body] of [
    [{ type: 'value', key: 'k', value: 1 }, 200, { key: 'k', value: 1 }],
    [{ type: 'value', key: 'k', value: null }, 404, { error: 'no such key', code: 20, key: 'k' }],
    [{ type: 'written', key: 'k', value: 1 }, 200, { status: 'success', key: 'k', value: 1 }],
    [{ type: 'txn', txn: [['r', 'k', 1]] }, 200, { status: 'success', txn: [['r', 'k', 1]] }],
    [{ type: 'not-leader', leader: n3 }, 421, { error: 'not the leader', code: 11, leader: 'n3' }],
    [{ type: 'members', members: [n3] }, 200, { status: 'success', members: ['n3'] }],
    [{ type: 'transferred', leader: n3 }, 200, { status: 'success', leader: 'n3' }],
  ] as [Response, number, Json][]) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(toAnswer(response), { status, body });
    });
  }

  for (const { name, code, status } of errorKinds) {
    it(`answers a refusal as ${name} with ${status} and code ${code}`, () => {
      const answer = toAnswer({ type: 'refused', error: name, why: 'because' });
      const problems = status === 400 ? { problems: ['because'] } : {};
      assert.deepEqual(answer, { status, body: { error: 'because', code, ...problems } });
    });
  }

  it('leaves the outcome open only where it is', () => {
    assert.equal(isDefinite(0), false);
    assert.equal(isDefinite(11), true);
  });
});
