/** The client API: what requests become, what responses look like, and what is refused. */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import { jsonDepthMax } from '../../../nodes/host/jsonBounds.ts';
import { entriesMax, type Clock } from '../../../nodes/eventual/clock.ts';
import { answered, carried, syncBody, toAnswer } from '../../../nodes/eventual/http.ts';
import type { Entries, Request, Response } from '../../../nodes/eventual/messages.ts';
import { eventual } from '../../../nodes/eventual/model.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

const api = new ClientApi(eventual);

/** What a request becomes, or the status of its refusal. */
function mapped(method: string, path: string, body?: Json | string): Request | number {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const understood = api.understand({ method, path, requestId: undefined, body: text });
  if (understood === null) return 404;
  return 'answer' in understood ? understood.answer.status : understood.request;
}

const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('eventual over HTTP', () => {
  for (const [method, path, body, expected] of [
    ['GET', '/get/k%2F1', undefined, { type: 'get', key: 'k/1' }],
    ['POST', '/put', { key: 'k', value: [1] }, { type: 'put', key: 'k', value: [1], context: null }],
    [
      'POST',
      '/put',
      { key: 'k', value: 1, vector_clock: { '2': 1 } },
      { type: 'put', key: 'k', value: 1, context: { '2': 1 } },
    ],
    ['POST', '/delete', { key: 'k' }, { type: 'put', key: 'k', value: null, context: null }],
    [
      'POST',
      '/sync',
      { k: { value: 1, vector_clock: { '1': 1 }, color: 'red' } },
      { type: 'sync', entries: [['k', [{ value: 1, clock: { '1': 1 } }]]] },
    ],
    [
      'POST',
      '/sync',
      { k: { value: 1, vector_clock: { '1': 2 }, by: '1', since: 1 } },
      { type: 'sync', entries: [['k', [{ value: 1, clock: { '1': 2 }, by: '1', since: 1 }]]] },
    ],
    // A dot that makes no sense is no dot.
    [
      'POST',
      '/sync',
      { k: { value: 1, vector_clock: { '1': 2 }, by: '2', since: 1 } },
      { type: 'sync', entries: [['k', [{ value: 1, clock: { '1': 2 } }]]] },
    ],
    ['POST', '/sync', {}, { type: 'sync', entries: [] }],
  ] as [string, string, Json | undefined, Request][]) {
    it(`maps ${method} ${path} ${JSON.stringify(body)}`, () => {
      assert.deepEqual(mapped(method, path, body), expected);
    });
  }

  for (const { path, method, example } of eventual.routes) {
    it(`takes its own example of ${path}`, () => {
      assert.equal(typeof mapped(method, example.path, example.body), 'object');
    });
  }

  const badClocks: Json[] = [
    null,
    1,
    [],
    { '1': -1 },
    { '1': 1.5 },
    { '1': '1' },
    { '1': 2 ** 41 },
    { '': 1 },
  ];
  for (const [path, bodies] of [
    [
      '/put',
      [
        ...['', '{', 'null', '[]', '1', '{"key":"k","value":1e999}'],
        ...[{}, { key: 'k' }, { value: 1 }, { key: '', value: 1 }, { key: 1, value: 1 }],
        { key: 'k', value: 1, more: 1 },
        ...badClocks.map((clock) => ({ key: 'k', value: 1, vector_clock: clock })),
      ],
    ],
    ['/delete', ['', '[]', {}, { key: '' }, { key: 'k', value: 1 }, { key: 'k', vector_clock: 1 }]],
    [
      '/sync',
      [
        ...['', '[]', 'null', '1', { k: null }, { k: 1 }, { k: {} }, { k: { value: 1 } }],
        { k: { vector_clock: {} } },
        { '': { value: 1, vector_clock: {} } },
        { k: { value: 1, vector_clock: {}, by: 1 } },
        { k: { value: 1, vector_clock: {}, since: 'x' } },
        { k: { value: 1, vector_clock: {}, versions: [] } },
        { k: { value: 1, vector_clock: {}, versions: [{ value: 1 }] } },
        ...badClocks.map((clock) => ({ k: { value: 1, vector_clock: clock } })),
      ],
    ],
  ] as [string, (Json | string)[]][]) {
    it(`refuses bad requests to ${path} with 400, and they never reach the core`, () => {
      for (const body of bodies) assert.equal(mapped('POST', path, body), 400, JSON.stringify(body));
    });
  }

  it('refuses bad paths and methods of all its routes', () => {
    for (const path of ['/get/%zz', '/get/%']) assert.equal(mapped('GET', path), 400, path);
    for (const path of ['/put', '/delete', '/sync']) assert.equal(mapped('GET', path), 405, path);
    assert.equal(mapped('POST', '/get/k', {}), 405);
    for (const path of ['/get', '/get/', '/sync/k']) assert.equal(mapped('GET', path), 404, path);
  });

  it('refuses what it could not send on: values that are nested too deeply', () => {
    const requests = [
      mapped('POST', '/put', { key: 'k', value: nested(91) }),
      mapped('POST', '/sync', { k: { value: nested(91), vector_clock: {} } }),
    ];
    for (const request of requests) assert.equal(typeof request === 'object' && request.type, 'malformed');
    const deepest = mapped('POST', '/put', { key: 'k', value: nested(90) });
    assert.equal(typeof deepest === 'object' && deepest.type, 'put');
    const versions = ['1', '2'].map((by) => ({ value: nested(90), clock: { [by]: 1 }, by, since: 0 }));
    const sent = mapped('POST', '/sync', syncBody([['k', versions]]));
    assert.deepEqual(sent, { type: 'sync', entries: [['k', versions]] });
    assert(jsonDepthMax >= 94);
  });

  it('refuses clocks with too many entries, and gets every clock across that a write can come to have', () => {
    const clockOf = (size: number, first = 1): Clock =>
      Object.fromEntries(Array.from({ length: size }, (_, at) => [String(first + at), 1]));
    const { written, synced } = entriesMax;
    assert.equal(mapped('POST', '/put', { key: 'k', value: 1, vector_clock: clockOf(written + 1) }), 400);
    const tooMany = mapped('POST', '/sync', { k: { value: 1, vector_clock: clockOf(synced + 1) } });
    assert.equal(typeof tooMany === 'object' && tooMany.type, 'malformed');
    // Together they have more entries than any single one may.
    const versions = Array.from({ length: Math.ceil(synced / written) + 1 }, (_, at) => ({
      value: at,
      clock: clockOf(written, 1 + at * written),
    }));
    assert.deepEqual(mapped('POST', '/sync', syncBody([['k', versions]])), {
      type: 'sync',
      entries: [['k', versions]],
    });
  });

  it('carries a sync in the form of the course, and gets all of it across', () => {
    const one = { value: 1, clock: { '1': 2 }, by: '1', since: 1 };
    const other = { value: null, clock: { '2': 1 }, by: '2', since: 0 };
    const entries: Entries = [
      ['k', [one]],
      ['__proto__', [one, other]],
    ];
    const request = carried({ type: 'sync', entries });
    assert.deepEqual([request?.method, request?.path], ['POST', '/sync']);
    const body = request?.body as { readonly [key: string]: { value: Json; vector_clock: Json } };
    assert.deepEqual(
      [body['k']?.value, body['k']?.vector_clock, body['__proto__']?.vector_clock],
      [1, { '1': 2 }, { '1': 2, '2': 1 }],
    );
    assert.deepEqual(mapped('POST', '/sync', JSON.stringify(body)), { type: 'sync', entries });
    assert.equal(carried({ type: 'digest', root: '', buckets: [] }), null);
  });

  it('takes only the answer of the course for a receipt', () => {
    const sync = { type: 'sync', entries: [] } as const;
    const taken = (status: number, body: Json): boolean => {
      const told = answered(sync, { status, body });
      return told?.type === 'synced' && told.taken;
    };
    assert.equal(taken(200, { status: 'sync_received' }), true);
    assert.equal(taken(200, { status: 'ok' }), false);
    assert.equal(taken(500, { status: 'sync_received' }), false);
    assert.equal(taken(200, null), false);
    assert.deepEqual(answered(sync, null), { type: 'synced', taken: false });
  });

  for (const [response, status, body] of [
    [
      { type: 'read', key: 'k', values: [1], clock: { '1': 1 } },
      200,
      { key: 'k', value: 1, vector_clock: { '1': 1 } },
    ],
    [
      { type: 'read', key: 'k', values: [1, 2], clock: { '1': 1 } },
      200,
      { key: 'k', values: [1, 2], vector_clock: { '1': 1 } },
    ],
    [{ type: 'read', key: 'k', values: [], clock: null }, 404, { error: 'no such key', code: 20, key: 'k' }],
    [
      { type: 'read', key: 'k', values: [], clock: { '1': 2 } },
      404,
      { error: 'no such key', code: 20, key: 'k', vector_clock: { '1': 2 } },
    ],
    [
      { type: 'written', key: 'k', value: 1, clock: { '1': 1 }, siblings: [] },
      200,
      { status: 'success', key: 'k', value: 1, vector_clock: { '1': 1 } },
    ],
    [
      { type: 'written', key: 'k', value: 1, clock: { '1': 1 }, siblings: [1, 2] },
      200,
      { status: 'success', key: 'k', value: 1, vector_clock: { '1': 1 }, values: [1, 2] },
    ],
    [{ type: 'sync-received' }, 200, { status: 'sync_received' }],
    [{ type: 'refused', error: 'abort', why: 'so' }, 409, { error: 'so', code: 14 }],
  ] as [Response, number, Json][]) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(toAnswer(response), { status, body });
    });
  }

  it('has schemas that make sense', () => {
    const ajv = new Ajv({ strict: true, allErrors: true });
    for (const { schema } of eventual.routes) if (schema !== undefined) ajv.compile(schema);
  });
});
