/** The client API: what requests become, what responses look like, and what is refused. */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { toAnswer } from '../../../nodes/causal/http.ts';
import type { Request, Response } from '../../../nodes/causal/messages.ts';
import { causal } from '../../../nodes/causal/model.ts';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

const api = new ClientApi(causal);

/** What a request becomes, or the status of its refusal. */
function mapped(method: string, path: string, body?: Json | string): Request | number {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const understood = api.understand({ method, path, requestId: undefined, body: text });
  if (understood === null) return 404;
  return 'answer' in understood ? understood.answer.status : understood.request;
}

const badSessions = [
  '1',
  '1:',
  ':1',
  '1:1,',
  ',1:1',
  '0:1',
  '01:1',
  '1:-1',
  '1:1.5',
  'a:1',
  '1:1 ',
  '__proto__:1',
];

describe('causal over HTTP', () => {
  for (const [method, path, body, expected] of [
    ['GET', '/get/k%2F1', undefined, { type: 'get', key: 'k/1', session: {} }],
    ['GET', '/get/k?session=', undefined, { type: 'get', key: 'k', session: {} }],
    [
      'GET',
      '/get/k?session=1%3A5%2C3%3A2',
      undefined,
      { type: 'get', key: 'k', session: { '1': 5, '3': 2 } },
    ],
    ['POST', '/put', { key: 'k', value: [1] }, { type: 'put', key: 'k', value: [1], session: {} }],
    [
      'POST',
      '/put',
      { key: 'k', value: 1, session: '2:7' },
      { type: 'put', key: 'k', value: 1, session: { '2': 7 } },
    ],
    ['POST', '/delete', { key: 'k' }, { type: 'put', key: 'k', value: null, session: {} }],
    [
      'POST',
      '/delete',
      { key: 'k', session: '1:1' },
      { type: 'put', key: 'k', value: null, session: { '1': 1 } },
    ],
  ] as [string, string, Json | undefined, Request][]) {
    it(`maps ${method} ${path} ${JSON.stringify(body)}`, () => {
      assert.deepEqual(mapped(method, path, body), expected);
    });
  }

  for (const { path, method, example } of causal.routes) {
    it(`takes its own example of ${path}`, () => {
      assert.equal(typeof mapped(method, example.path, example.body), 'object');
    });
  }

  for (const [path, bodies] of [
    [
      '/put',
      [
        ...['', '{', 'null', '[]', '1', '{"key":"k","value":1e999}'],
        ...[{}, { key: 'k' }, { value: 1 }, { key: '', value: 1 }, { key: 1, value: 1 }],
        { key: 'k', value: 1, more: 1 },
        { key: 'k', value: 1, session: { '1': 1 } },
        ...badSessions.map((session) => ({ key: 'k', value: 1, session })),
      ],
    ],
    [
      '/delete',
      [
        '',
        '[]',
        {},
        { key: '' },
        { key: 'k', value: 1 },
        ...badSessions.map((session) => ({ key: 'k', session })),
      ],
    ],
  ] as [string, (Json | string)[]][]) {
    it(`refuses bad requests to ${path} with 400, and they never reach the core`, () => {
      for (const body of bodies) assert.equal(mapped('POST', path, body), 400, JSON.stringify(body));
    });
  }

  it('refuses bad queries of /get with 400', () => {
    for (const session of badSessions)
      assert.equal(mapped('GET', `/get/k?session=${encodeURIComponent(session)}`), 400, session);
    assert.equal(mapped('GET', '/get/k?more=1'), 400);
    assert.equal(mapped('GET', '/get/%zz'), 400);
    const many = Array.from({ length: 101 }, (_, at) => `${at + 1}:1`).join();
    assert.equal(mapped('GET', `/get/k?session=${many}`), 400);
  });

  for (const [response, status, body] of [
    [{ type: 'read', key: 'k', value: 1, session: null }, 200, { key: 'k', value: 1 }],
    [
      { type: 'read', key: 'k', value: 1, session: { '1': 2, '2': 0 } },
      200,
      { key: 'k', value: 1, session: '1:2' },
    ],
    [
      { type: 'read', key: 'k', value: null, session: { '1': 2 } },
      404,
      { error: 'no such key', code: 20, key: 'k', session: '1:2' },
    ],
    [
      { type: 'written', key: 'k', value: 1, session: { '2': 1, '1': 2 } },
      200,
      { status: 'success', key: 'k', value: 1, session: '1:2,2:1' },
    ],
    [{ type: 'refused', error: 'temporarily-unavailable', why: 'so' }, 503, { error: 'so', code: 11 }],
  ] as [Response, number, Json][]) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(toAnswer(response), { status, body });
    });
  }

  it('has schemas that make sense', () => {
    const ajv = new Ajv({ strict: true, allErrors: true });
    for (const { schema } of causal.routes) if (schema !== undefined) ajv.compile(schema);
  });
});
