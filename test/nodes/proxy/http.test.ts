/** The client API of a proxy: requests are passed on as they came, or refused. */
import assert from 'node:assert/strict';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import { proxy } from '../../../nodes/proxy/model.ts';

const api = new ClientApi(proxy);

function understood(method: string, path: string, body = '', requestId?: string): unknown {
  return api.understand({ method, path, body, requestId });
}

describe('proxy over HTTP', () => {
  it('passes on what came, and tells reads from writes', () => {
    for (const [method, path, body, isRead] of [
      ['GET', '/get/k%2F1', undefined, true],
      ['POST', '/put', { key: 'k', value: [1, null] }, false],
      ['POST', '/delete', { key: 'k' }, false],
      ['POST', '/cas', { key: 'k', from: null, to: 1 }, false],
      ['POST', '/txn', { txn: [['r', 'k', null]] }, true],
      ['POST', '/txn', { txn: [['append', 'k', 1]] }, false],
    ] as const) {
      const text = body === undefined ? '' : JSON.stringify(body);
      const request = { method, path, ...(!isRead && { requestId: 'c/1' }), ...(body && { body }) };
      assert.deepEqual(understood(method, path, text, isRead ? undefined : 'c/1'), {
        request: { type: 'pass-on', isRead, request },
      });
    }
  });

  it('refuses what makes no sense', () => {
    for (const [method, path, body] of [
      ['POST', '/put', '{"key":"k"}'],
      ['POST', '/put', '{"key":"","value":1}'],
      ['POST', '/put', 'nonsense'],
      ['POST', '/delete', '{}'],
      ['POST', '/cas', '{"key":"k","from":1}'],
      ['POST', '/txn', '{"txn":[["x","k",null]]}'],
      ['GET', '/get/%E0%A4%A', ''],
    ] as const) {
      const refusal = understood(method, path, body) as { answer?: { status: number } };
      assert.equal(refusal.answer?.status, 400, `${method} ${path} ${body}`);
    }
    assert.deepEqual(understood('POST', '/delete', '{"key":"k"}', 'no number'), {
      request: { type: 'malformed', why: 'Request-Id must be <client>/<n>, n a whole number' },
    });
    assert.equal(understood('GET', '/nothing'), null);
  });

  it('asks nodes for who leads, and understands nothing but a name with a term', () => {
    assert.deepEqual(proxy.carried?.({ type: 'who-leads' }), { method: 'GET', path: '/leader' });
    const told = (status: number, body: null | object): unknown =>
      proxy.answered?.({ type: 'who-leads' }, { status, body: body as never });
    assert.deepEqual(told(200, { leader: 'n2', term: 3 }), {
      type: 'leads',
      said: { leader: 'n2', term: 3 },
    });
    for (const [status, body] of [
      [200, { leader: null, term: 3 }],
      [200, { leader: 'n2' }],
      [200, null],
      [503, { leader: 'n2', term: 3 }],
    ] as const)
      assert.deepEqual(told(status, body), { type: 'leads', said: null });
  });
});
