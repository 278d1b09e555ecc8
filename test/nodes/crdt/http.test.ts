/** The client API: what requests become, what responses look like, and what is refused. */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { apiProfileOf } from '../../../harness/profiles/index.ts';
import { serviceOf } from '../../../harness/profile.ts';
import { workloadNamed } from '../../../workloads/index.ts';
import { answered, carried, toAnswer } from '../../../nodes/crdt/http.ts';
import type { Message, Request, Response } from '../../../nodes/crdt/messages.ts';
import { crdt } from '../../../nodes/crdt/model.ts';
import { dataTypes } from '../../../nodes/crdt/dataTypes.ts';
import { ClientApi } from '../../../nodes/host/clientApi.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

const api = new ClientApi(crdt);

/** What a request becomes, or the status of its refusal. */
function mapped(method: string, path: string, body?: Json | string): Request | number {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const understood = api.understand({ method, path, requestId: undefined, body: text });
  if (understood === null) return 404;
  return 'answer' in understood ? understood.answer.status : understood.request;
}

const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);
const dotted = { dots: [[0, 1, 'a']], context: { vector: [1], cloud: [] } };

const understood: readonly (readonly [
  method: string,
  path: string,
  body: Json | undefined,
  request: object,
])[] = [
  ['GET', '/value', undefined, { type: 'read', family: 'counter', key: '' }],
  ['GET', '/counter/k%2F1', undefined, { type: 'read', family: 'counter', key: 'k/1' }],
  ['GET', '/set/s', undefined, { type: 'read', family: 'set', key: 's' }],
  ['GET', '/register/r', undefined, { type: 'read', family: 'register', key: 'r' }],
  ['POST', '/increment', {}, { family: 'counter', key: '', operation: { kind: 'increment', amount: 1 } }],
  [
    'POST',
    '/counter/c/increment',
    { amount: -2 },
    { family: 'counter', key: 'c', operation: { kind: 'increment', amount: -2 } },
  ],
  [
    'POST',
    '/counter/c/decrement',
    { amount: 2 },
    { family: 'counter', key: 'c', operation: { kind: 'take', amount: 2 } },
  ],
  [
    'POST',
    '/set/s/remove',
    { element: 'a' },
    { family: 'set', key: 's', operation: { kind: 'remove', element: 'a' } },
  ],
  [
    'POST',
    '/register/r',
    { value: [1] },
    { family: 'register', key: 'r', operation: { kind: 'write', value: [1], context: [] } },
  ],
];

const badAmounts: Json[] = [null, '1', 1.5, 1e10, -1e10, [], {}];
const badVectors: Json[] = [null, 1, {}, [-1], [1.5], ['1'], [2 ** 41]];
const notObjects = ['', '{', 'null', '[]', '1'];

const refused: readonly (readonly [path: string, bodies: readonly (Json | string)[]])[] = [
  ['/increment', [...notObjects, { more: 1 }, ...badAmounts.map((amount) => ({ amount }))]],
  ['/counter/c/increment', [...notObjects, { more: 1 }, ...badAmounts.map((amount) => ({ amount }))]],
  [
    '/counter/c/decrement',
    [...notObjects, { amount: 0 }, { amount: -1 }, ...badAmounts.map((amount) => ({ amount }))],
  ],
  [
    '/set/s/add',
    [...notObjects, {}, { element: null }, { element: [] }, { element: true }, { element: 1, x: 1 }],
  ],
  ['/set/s/remove', [...notObjects, {}, { element: {} }, { element: 1, x: 1 }]],
  [
    '/register/r',
    [
      ...notObjects,
      {},
      { context: [] },
      { value: 1, x: 1 },
      ...badVectors.map((context) => ({ value: 1, context })),
    ],
  ],
  [
    '/sync',
    [
      ...[...notObjects, {}, { other: 1 }],
      ...badVectors.map((values) => ({ values })),
      ...badVectors.map((decrements) => ({ values: [], decrements })),
      { values: [], transfers: [[0, 1]] },
      ...dataTypes.flatMap(({ name }) => [{ [name]: null }, { [name]: { k: {} } }, { [name]: { k: null } }]),
      { 'g-counter': { '': { values: [] } } },
      { 'or-set': { s: { ...dotted, dots: [[0, 0, 'a']] } } },
      { 'or-set': { s: { ...dotted, dots: [[-1, 1, 'a']] } } },
      { 'or-set': { s: { ...dotted, dots: [[0, 1]] } } },
      { 'or-set': { s: { ...dotted, dots: [[0, 1, {}]] } } },
      { 'mv-register': { r: { ...dotted, context: { vector: [] } } } },
      { 'lww-register': { r: { value: 1, counter: -1, by: 0 } } },
      { 'g-set': { s: { elements: [null] } } },
    ],
  ],
];

describe('crdt over HTTP', () => {
  for (const [method, path, body, expected] of understood) {
    it(`maps ${method} ${path} ${JSON.stringify(body)}`, () => {
      assert.deepEqual(mapped(method, path, body), {
        type: method === 'GET' ? 'read' : 'operate',
        ...expected,
      });
    });
  }

  for (const { path, method, example } of crdt.routes) {
    it(`takes its own example of ${path}`, () => {
      assert.equal(typeof mapped(method, example.path, example.body), 'object');
    });
  }

  for (const [path, bodies] of refused) {
    it(`refuses bad requests to ${path} with 400, and they never reach the core`, () => {
      for (const body of bodies) assert.equal(mapped('POST', path, body), 400, JSON.stringify(body));
    });
  }

  it('refuses what it could not send on: values that are nested too deeply', () => {
    const request = mapped('POST', '/register/r', { value: nested(91) });
    assert.equal(typeof request === 'object' && request.type, 'malformed');
    const value = nested(90);
    const taken = mapped('POST', '/register/r', { value });
    assert.equal(typeof taken === 'object' && taken.type, 'operate');
    const state = { dots: [[0, 1, value]], context: { vector: [1], cloud: [] } } as never;
    const sync = {
      type: 'sync',
      dataType: 'mv-register',
      entries: [['r', state]],
      size: 3,
      through: 0,
    } as const;
    assert.deepEqual(mapped('POST', '/sync', carried(sync)?.body), {
      type: 'sync',
      states: { 'mv-register': [['r', state]] },
      width: 1,
    });
  });

  it('carries the counter without a name as the course has it, and named objects beside it', () => {
    const sync = {
      type: 'sync',
      dataType: 'g-counter',
      entries: [
        ['', { values: [1] }],
        ['__proto__', { values: [2] }],
      ],
      size: 3,
      through: 0,
    } as const satisfies Message;
    const request = carried(sync);
    assert.deepEqual([request?.method, request?.path], ['POST', '/sync']);
    const body = request?.body as { readonly [name: string]: Json };
    assert.deepEqual(body['values'], [1, 0, 0]);
    const back = mapped('POST', '/sync', JSON.stringify(body));
    assert(typeof back === 'object' && back.type === 'sync');
    assert.deepEqual(back.states['g-counter'], sync.entries);
    const only = carried({ ...sync, entries: [] })?.body;
    assert.deepEqual(only, { values: [0, 0, 0] });
    assert.equal(carried({ type: 'synced', through: 0, receipt: 'taken' }), null);
  });

  it('takes what a program of the course sends for any kind of counter', () => {
    const request = mapped('POST', '/sync', { values: [0, 2, 0], color: 'red' });
    assert(typeof request === 'object' && request.type === 'sync');
    assert.deepEqual(request.states, {
      'g-counter': [['', { values: [0, 2] }]],
      'pn-counter': [['', { values: [0, 2], decrements: [] }]],
      'bounded-counter': [['', { values: [0, 2], decrements: [], transfers: [] }]],
    });
  });

  it('counts of how many nodes a /sync speaks, in whatever part of it', () => {
    const context = { vector: [], cloud: [] };
    const bodies: readonly (readonly [body: Json, width: number])[] = [
      [{ values: [0, 2, 0, 0] }, 4],
      [{ values: [], decrements: [0, 0, 1] }, 3],
      [{ values: [], transfers: [[0, 4, 1]] }, 5],
      [{ 'g-counter': { c: { values: [1, 1] } } }, 2],
      [{ 'or-set': { s: { dots: [[6, 1, 'a']], context } } }, 7],
      [{ 'mv-register': { r: { dots: [], context: { ...context, cloud: [[2, 5]] } } } }, 3],
      [{ 'lww-register': { r: { value: 1, counter: 1, by: 3 } } }, 4],
      [{ 'g-set': { s: { elements: [1, 2, 3] } } }, 0],
    ];
    for (const [body, width] of bodies) {
      const request = mapped('POST', '/sync', body);
      assert(typeof request === 'object' && request.type === 'sync');
      assert.equal(request.width, width, JSON.stringify(body));
    }
  });

  it('takes only the answer of the course for a receipt, and only ours for a promise to keep it', () => {
    const sync = { type: 'sync', dataType: 'g-set', entries: [], size: 3, through: 7 } as const;
    const receipt = (status: number, body: Json): string | null => {
      const told = answered(sync, { status, body });
      return told?.type === 'synced' && told.through === 7 ? told.receipt : null;
    };
    assert.equal(receipt(200, { status: 'sync_received' }), 'taken');
    assert.equal(receipt(200, { status: 'sync_received', kept: false }), 'taken');
    assert.equal(receipt(200, { status: 'sync_received', kept: true }), 'kept');
    assert.equal(receipt(200, { status: 'ok', kept: true }), 'none');
    assert.equal(receipt(500, { status: 'sync_received' }), 'none');
    assert.equal(receipt(200, null), 'none');
    assert.deepEqual(answered(sync, null), { type: 'synced', through: 7, receipt: 'none' });
  });

  const responses: readonly (readonly [response: Response, status: number, body: Json])[] = [
    [{ type: 'view', body: { value: 1, components: [1] } }, 200, { value: 1, components: [1] }],
    [{ type: 'done', body: { new_value: 1 } }, 200, { status: 'success', new_value: 1 }],
    [{ type: 'sync-received', kept: true }, 200, { status: 'sync_received', kept: true }],
    [
      { type: 'refused', error: 'malformed-request', why: 'so' },
      400,
      { error: 'so', code: 12, problems: ['so'] },
    ],
    [{ type: 'refused', error: 'precondition-failed', why: 'so' }, 409, { error: 'so', code: 22 }],
  ];
  for (const [response, status, body] of responses) {
    it(`answers ${JSON.stringify(response)} with ${status}`, () => {
      assert.deepEqual(toAnswer(response), { status, body });
    });
  }

  it('has schemas that make sense', () => {
    const ajv = new Ajv({
      strict: true,
      strictTuples: false,
      strictRequired: false,
      allErrors: true,
      allowUnionTypes: true,
    });
    for (const { schema } of crdt.routes) if (schema !== undefined) ajv.compile(schema);
  });

  it('serves each of its workloads with the type that it has for that', () => {
    for (const name of crdt.workloads) {
      const service = serviceOf(apiProfileOf(crdt, crdt.defaultsFor?.(name) ?? {}));
      const { needs = [] } = workloadNamed(name) ?? {};
      assert(
        needs.some((kinds) => kinds.every((kind) => service.knows(kind))),
        name,
      );
    }
    const service = serviceOf(apiProfileOf(crdt, { type: 'g-set' }));
    assert.deepEqual(
      (['add', 'remove', 'elements', 'count'] as const).map((kind) => service.knows(kind)),
      [true, false, true, false],
    );
  });
});
