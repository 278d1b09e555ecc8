/**
 * Bad requests to every route of every model: each is answered 400 with what is wrong with it, and changes nothing. The
 * node runs for real, on a disk in memory: what it keeps and what it shows are compared before and after.
 */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { bodyBytesMax } from '../../nodes/host/http.ts';
import { models } from '../../nodes/index.ts';
import type { JsonSchema, Route } from '../../nodes/kernel/model.ts';
import { defaultOptions } from '../../nodes/kernel/options.ts';
import type { Protocol } from '../../nodes/kernel/protocol.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { Subject } from './subject.ts';

const ajv = new Ajv({ strict: false });

/** Everything that JSON can be, and what is nearly right. */
const oddValues: readonly Json[] = [null, true, -1, 0.5, 2 ** 60, '', 'a', [], [1], ['a'], {}, { a: 1 }];

type Members = Readonly<Record<string, Json>>;

function nested(depth: number): Json {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

/** Bodies that break the schema in one place each, as text. */
function badBodies({ schema = {}, example, fromPeers }: Route<Protocol>): string[] {
  const good = (example.body ?? {}) as Members;
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: unknown;
  };
  const lacking = required.map((name) =>
    Object.fromEntries(Object.entries(good).filter(([member]) => member !== name)),
  );
  const odd = Object.entries(properties).flatMap(([name, rule]) =>
    oddValues.filter((value) => !ajv.validate(rule, value)).map((value) => ({ ...good, [name]: value })),
  );
  const extra = additionalProperties === false ? [{ ...good, more: 1 }] : [];
  const deep = [nested(101), { ...good, more: nested(101) }];
  return [
    ...['', ' ', '{', '{"a":1,}', 'a=1', 'null', 'true', '7', '"a"', '[]'],
    JSON.stringify({ ...good, more: 0 }).replace(/0\}$/, '1e999}'),
    ...[...lacking, ...odd, ...extra, ...deep].map((body) => JSON.stringify(body)),
    ...(fromPeers === true ? [] : [JSON.stringify({ ...good, more: 'a'.repeat(bodyBytesMax.client) })]),
  ];
}

/** What no schema says by itself. */
const more: Readonly<Record<string, readonly (readonly [path: string, body: Json])[]>> = {
  eventual: [
    ['/put', { key: 'k', value: 1, vector_clock: { a: 1 } }],
    ['/delete', { key: 'k', vector_clock: { '01': 1 } }],
    ['/sync', { k: { value: 1, vector_clock: { node_1: 1 } } }],
  ],
  'g-counter': [
    ['/increment', { amount: -1 }],
    ['/sync', { values: [0, 2] }],
    ['/sync', { 'or-set': {} }],
  ],
  'or-set': [['/sync', { values: [1] }]],
};

async function assertRefused(subject: Subject, method: string, path: string, body?: string): Promise<void> {
  const { status, body: answer } = await subject.ask(method, path, body);
  const what = `${method} ${path} ${body?.slice(0, 100)}: ${status} ${JSON.stringify(answer).slice(0, 300)}`;
  assert.equal(status, body !== undefined && body.length > bodyBytesMax.client ? 413 : 400, what);
  assert.equal(answer.code, 12, what);
  assert((answer.problems ?? []).length > 0, what);
  for (const problem of answer.problems ?? []) assert(problem.length > 0, what);
}

async function refuseAll(subject: Subject, name: string, routes: readonly Route<Protocol>[]): Promise<void> {
  for (const route of routes) {
    const { method, path, example } = route;
    const bare = example.path.replace(/\?.*/, '');
    const body = method === 'POST' ? JSON.stringify(example.body) : undefined;
    await assertRefused(subject, method, `${bare}?nonsense=1`, body);
    if (path.includes(':key')) await assertRefused(subject, method, path.replace(':key', '%zz'), body);
    if (method === 'GET') continue;
    await Promise.all(badBodies(route).map((bad) => assertRefused(subject, method, bare, bad)));
  }
  for (const [path, body] of more[name] ?? [])
    await assertRefused(subject, 'POST', path, JSON.stringify(body));
}

const cases = models.flatMap((model) => {
  const types = model.name === 'crdt' ? ['g-counter', 'or-set', 'mv-register'] : [null];
  return types.map((type) => ({ model, type }));
});

describe('bad requests', () => {
  for (const { model, type } of cases) {
    it(`to every route of ${model.name} ${type ?? ''} are 400, and change nothing`, async () => {
      const options = { ...defaultOptions(model), ...(type !== null && { type }) };
      const routes = model.servedRoutes?.(options) ?? model.routes;
      const subject = await Subject.start(model, options);
      try {
        await subject.isReady();
        const fresh = await subject.state(routes);
        for (const { method, example } of routes)
          await subject.ask(
            method,
            example.path,
            method === 'POST' ? JSON.stringify(example.body) : undefined,
          );
        const before = await subject.state(routes);
        assert.notEqual(before, fresh, 'good requests change something, so that a change would be seen');
        await refuseAll(subject, type ?? model.name, routes);
        assert.equal(await subject.state(routes), before);
      } finally {
        subject.stop();
      }
    });
  }
});
