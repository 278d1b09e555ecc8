/**
 * The client API, and `/sync` between replicas. The counter without a name speaks as the course has it, so that programs
 * written for that can take part. Pure mapping.
 */
import { assertNever } from '../kernel/assert.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer, type WireRequest } from '../kernel/wire.ts';
import {
  elementSchema,
  replicasMax,
  vectorSchema,
  type Element,
  type Family,
  type Operation,
} from './dataType.ts';
import { dataTypeNamed, dataTypes } from './dataTypes.ts';
import { boundedCounter } from './boundedCounter.ts';
import {
  unnamed,
  type CrdtProtocol,
  type Entries,
  type Message,
  type Request,
  type Response,
} from './messages.ts';
import { greatestOf, padded, type Vector } from './vector.ts';

/** Amounts that one operation can move. */
const amountMax = 1_000_000_000;
const anyAmount: JsonSchema = { type: 'integer', minimum: -amountMax, maximum: amountMax };
const someAmount: JsonSchema = { type: 'integer', minimum: 1, maximum: amountMax };

function body(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Bodies have passed their schema; this is where they get their types. */
interface Fields {
  readonly amount?: number;
  readonly element: Element;
  readonly value: Json;
  readonly context?: Vector;
}
const fields = (value: Json): Fields => value as unknown as Fields;

/**
 * How deep a value may be nested: no body is taken that is nested more than a hundred deep (nodes/host/jsonBounds.ts),
 * and in `/sync` a value lies deeper than in `/register`. What was taken once must get through to the others.
 */
const valueDepthMax = 90;

function isTooDeep(value: Json, depthLeft = valueDepthMax): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depthLeft === 0 || Object.values(value).some((item: Json) => isTooDeep(item, depthLeft - 1));
}

/** What `/sync` takes: the counter without a name by its own members, objects with names by the name of their type. */
const syncSchema: JsonSchema = {
  type: 'object',
  properties: {
    ...(boundedCounter.schema['properties'] as object),
    values: { ...vectorSchema, maxItems: replicasMax },
    ...Object.fromEntries(
      dataTypes.map(({ name, schema }) => [
        name,
        { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: schema },
      ]),
    ),
  },
  anyOf: ['values', ...dataTypes.map(({ name }) => name)].map((name) => ({ required: [name] })),
};

const counters = dataTypes.filter(({ family }) => family === 'counter');

function syncRequest(given: Json): Request {
  const members = given as Readonly<Record<string, Json>>;
  const states = new Map<string, Entries>();
  for (const { name } of dataTypes) {
    const objects = members[name];
    if (objects === undefined || objects === null) continue;
    states.set(name, Object.entries(objects));
  }
  let width = greatestOf(
    dataTypes.flatMap((type) => (states.get(type.name) ?? []).map(([, state]) => type.width(state))),
  );
  if (members['values'] !== undefined) {
    const state = { ...boundedCounter.bottom, ...members };
    width = Math.max(width, boundedCounter.width(state));
    for (const { name, bottom, merge } of counters)
      states.set(name, [[unnamed, merge(bottom, state)], ...(states.get(name) ?? [])]);
  }
  return { type: 'sync', states: Object.fromEntries(states), width };
}

/** The request that carries a `sync`; other messages travel with the batches of the host. */
export function carried(message: Message): WireRequest | null {
  return message.type === 'sync' ? { method: 'POST', path: '/sync', body: syncBody(message) } : null;
}

function syncBody({ dataType, entries, size }: Extract<Message, { type: 'sync' }>): Json {
  const named = entries.filter(([key]) => key !== unnamed);
  const { family, bottom } = dataTypeNamed(dataType);
  const objects = named.length > 0 || family !== 'counter' ? { [dataType]: Object.fromEntries(named) } : {};
  if (family !== 'counter') return objects as unknown as Json;
  const single = new Map(entries).get(unnamed) ?? bottom;
  // A program of the course looks at as many entries as there are nodes.
  const values = padded((single as { readonly values: Vector }).values, size);
  return { ...single, values, ...objects } as unknown as Json;
}

/** Whoever does not say that he has received it may have, and will get it again. */
export function answered(message: Message, answer: WireAnswer | null): Message | null {
  if (message.type !== 'sync') return null;
  const said =
    answer?.status === 200 ? (answer.body as { readonly status?: Json; readonly kept?: Json } | null) : null;
  const isKept = said?.kept === true;
  const receipt = said?.status !== 'sync_received' ? 'none' : isKept ? 'kept' : 'taken';
  return { type: 'synced', through: message.through, receipt };
}

function operate(family: Family, key: string, operation: Operation): Request {
  return { type: 'operate', family, key, operation };
}

const keyOf = (params: Readonly<Record<string, string>>): string => params['key'] ?? unnamed;

function readRoute(family: Family, path: string, meaning: string): Route<CrdtProtocol> {
  return {
    method: 'GET',
    path,
    meaning,
    example: { path: path.replace(':key', 'k1') },
    toRequest: ({ params }) => ({ type: 'read', family, key: keyOf(params) }),
  };
}

function counterRoute(path: string, kind: 'increment' | 'take', meaning: string): Route<CrdtProtocol> {
  return {
    method: 'POST',
    path,
    schema: body({ amount: kind === 'take' ? someAmount : anyAmount }),
    meaning,
    example: { path: path.replace(':key', 'k1'), body: { amount: 1 } },
    toRequest: ({ params, body: given }) =>
      operate('counter', keyOf(params), { kind, amount: fields(given).amount ?? 1 }),
  };
}

function setRoute(kind: 'add' | 'remove', meaning: string): Route<CrdtProtocol> {
  return {
    method: 'POST',
    path: `/set/:key/${kind}`,
    schema: body({ element: elementSchema }, ['element']),
    meaning,
    example: { path: `/set/k1/${kind}`, body: { element: 'a' } },
    toRequest: ({ params, body: given }) =>
      operate('set', keyOf(params), { kind, element: fields(given).element }),
  };
}

function writeRequest(key: string, { value, context = [] }: Fields): Request {
  return isTooDeep(value)
    ? { type: 'malformed', why: `a value is nested more than ${valueDepthMax} deep` }
    : operate('register', key, { kind: 'write', value, context });
}

export const routes: readonly Route<CrdtProtocol>[] = [
  counterRoute(
    '/increment',
    'increment',
    'adds to the counter without a name; a negative amount is taken away',
  ),
  readRoute('counter', '/value', 'the counter without a name, and what each replica has added to it'),
  counterRoute('/counter/:key/increment', 'increment', 'adds to a counter; a negative amount is taken away'),
  counterRoute(
    '/counter/:key/decrement',
    'take',
    'takes away, if this replica counts that many; of a bounded counter, if rights to that many can be had',
  ),
  readRoute('counter', '/counter/:key', 'a counter, and what each replica has added to it'),
  setRoute('add', 'adds an element, a string or a number'),
  setRoute('remove', 'removes an element, if this replica has it'),
  readRoute('set', '/set/:key', 'the elements of a set'),
  {
    method: 'POST',
    path: '/register/:key',
    schema: body({ value: {}, context: vectorSchema }, ['value']),
    meaning: 'writes a register; `context` says what the client has seen, as an earlier answer told it',
    example: { path: '/register/k1', body: { value: 1 } },
    toRequest: ({ params, body: given }) => writeRequest(keyOf(params), fields(given)),
  },
  readRoute('register', '/register/:key', 'a value, or the values between which nobody has decided'),
  {
    method: 'POST',
    path: '/sync',
    fromPeers: true,
    schema: syncSchema,
    meaning: 'what another replica knows: joined with what this one does',
    example: { path: '/sync', body: { values: [1] } },
    toRequest: ({ body: given }) => syncRequest(given),
  },
];

/** What makes sense of objects of this type: what grows only is not asked to shrink. */
export function routesOf(type: string): readonly Route<CrdtProtocol>[] {
  const { family } = dataTypeNamed(type);
  const paths = pathsOf[family];
  const growsOnly = type === 'g-counter' || type === 'g-set';
  return routes.filter(({ path }) => paths.test(path) && !(growsOnly && /\/(decrement|remove)$/.test(path)));
}

const pathsOf: Readonly<Record<Family, RegExp>> = {
  counter: /^\/(increment$|value$|counter\/|sync$)/,
  set: /^\/(set\/|sync$)/,
  register: /^\/(register\/|sync$)/,
};

export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'view':
      return { status: 200, body: response.body };
    case 'done':
      return { status: 200, body: { status: 'success', ...response.body } };
    case 'sync-received':
      return { status: 200, body: { status: 'sync_received', kept: response.kept } };
    case 'refused':
      return errorAnswer(response.error, response.why);
    default:
      return assertNever(response);
  }
}
