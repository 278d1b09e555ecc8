/** The client API, and `/sync` between replicas, as the course has them. Pure mapping. */
import { assertNever } from '../kernel/assert.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer, type WireRequest } from '../kernel/wire.ts';
import { counterMax, counterOf, entriesMax, nodeNumberPattern, sizeOf, type Clock } from './clock.ts';
import type { Entries, EventualProtocol, Message, Request, Response } from './messages.ts';
import { clockOf, type Version, type Versions } from './versions.ts';

const anyJson: JsonSchema = {};
const key: JsonSchema = { type: 'string', minLength: 1 };
const counter: JsonSchema = { type: 'integer', minimum: 0, maximum: counterMax };
const anyClock: JsonSchema = {
  type: 'object',
  propertyNames: { pattern: nodeNumberPattern },
  additionalProperties: counter,
};
const clock: JsonSchema = { ...anyClock, maxProperties: entriesMax.written };

/** Members that this node does not know are left alone: other programs may have more to say. */
const version: JsonSchema = {
  type: 'object',
  properties: { value: anyJson, vector_clock: anyClock, by: { type: 'string' }, since: counter },
  required: ['value', 'vector_clock'],
};
const entry: JsonSchema = {
  ...version,
  properties: {
    value: anyJson,
    vector_clock: anyClock,
    by: { type: 'string' },
    since: counter,
    versions: { type: 'array', minItems: 1, items: version },
  },
};

/** A version on the wire; of several, an entry has the winner under the clock of all, and `versions` tell the truth. */
type WireVersion = {
  readonly value: Json;
  readonly vector_clock: Clock;
  readonly by?: string;
  readonly since?: number;
};
type WireEntry = WireVersion & { readonly versions?: readonly WireVersion[] };

/** Bodies have passed their schema; this is where they get their types. */
interface Fields {
  readonly key: string;
  readonly value: Json;
  readonly vector_clock?: Clock;
}
const fields = (value: Json): Fields => value as unknown as Fields;

/**
 * How deep a value may be nested: no body is taken that is nested more than a hundred deep (nodes/host/jsonBounds.ts),
 * and in `/sync` a value lies deeper than in `/put`. What was taken once must get through to the others.
 */
const valueDepthMax = 90;

function isTooDeep(value: Json, depthLeft = valueDepthMax): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depthLeft === 0 || Object.values(value).some((item: Json) => isTooDeep(item, depthLeft - 1));
}

const tooDeep: Request = { type: 'malformed', why: `a value is nested more than ${valueDepthMax} deep` };
const tooManyEntries: Request = {
  type: 'malformed',
  why: `the clock of a version has more than ${entriesMax.synced} entries`,
};

function putRequest({ key, value, vector_clock: context }: Fields): Request {
  return isTooDeep(value) ? tooDeep : { type: 'put', key, value, context: context ?? null };
}

function syncRequest(body: Json): Request {
  const entries = Object.entries(body as unknown as Readonly<Record<string, WireEntry>>).map(
    ([key, { versions, ...single }]) => [key, (versions ?? [single]).map(fromWire)] as const,
  );
  const all = entries.flatMap(([, versions]) => versions);
  if (all.some(({ value }) => isTooDeep(value))) return tooDeep;
  // The clock of an entry with several versions is that of all of them, and may well have more.
  if (all.some((version) => sizeOf(version.clock) > entriesMax.synced)) return tooManyEntries;
  return { type: 'sync', entries };
}

/** A dot that makes no sense is left out: the version then stands for all that its clock covers. */
function fromWire({ value, vector_clock: clock, by, since }: WireVersion): Version {
  const hasDot = by !== undefined && since !== undefined && counterOf(clock, by) > since;
  return hasDot ? { value, clock, by, since } : { value, clock };
}

function toWire({ value, clock, by, since }: Version): WireVersion {
  return {
    value,
    vector_clock: clock,
    ...(by !== undefined && { by }),
    ...(since !== undefined && { since }),
  };
}

function toWireEntry(versions: Versions): WireEntry {
  const [winner] = versions;
  if (winner === undefined) return { value: null, vector_clock: {} };
  if (versions.length === 1) return toWire(winner);
  return { value: winner.value, vector_clock: clockOf(versions), versions: versions.map(toWire) };
}

/** The request that carries a `sync`; other messages travel with the batches of the host. */
export function carried(message: Message): WireRequest | null {
  return message.type === 'sync' ? { method: 'POST', path: '/sync', body: syncBody(message.entries) } : null;
}

export function syncBody(entries: Entries): Json {
  return Object.fromEntries(entries.map(([key, versions]) => [key, toWireEntry(versions)]));
}

/** Whoever does not say that he has received it may have, and will get it again. */
export function answered(message: Message, answer: WireAnswer | null): Message | null {
  if (message.type !== 'sync') return null;
  const body = answer?.status === 200 ? (answer.body as { readonly status?: Json } | null) : null;
  return { type: 'synced', taken: body?.status === 'sync_received' };
}

export const routes: readonly Route<EventualProtocol>[] = [
  {
    method: 'GET',
    path: '/get/:key',
    meaning:
      'what this node holds: the value, or values that nobody has decided between; 404 when there is none',
    example: { path: '/get/k1' },
    toRequest: ({ params }) => ({ type: 'get', key: params['key'] ?? '' }),
  },
  {
    method: 'POST',
    path: '/put',
    schema: {
      type: 'object',
      properties: { key, value: anyJson, vector_clock: clock },
      required: ['key', 'value'],
      additionalProperties: false,
    },
    meaning:
      'sets a key at this node; the value null deletes it; `vector_clock` says what the client has seen',
    example: { path: '/put', body: { key: 'k1', value: 1 } },
    toRequest: ({ body }) => putRequest(fields(body)),
  },
  {
    method: 'POST',
    path: '/delete',
    schema: {
      type: 'object',
      properties: { key, vector_clock: clock },
      required: ['key'],
      additionalProperties: false,
    },
    meaning: 'deletes a key at this node, present or not',
    example: { path: '/delete', body: { key: 'k1' } },
    toRequest: ({ body }) => putRequest({ ...fields(body), value: null }),
  },
  {
    method: 'POST',
    path: '/sync',
    fromPeers: true,
    schema: { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: entry },
    meaning: 'what another node holds: merged into what this one has',
    example: { path: '/sync', body: { k1: { value: 2, vector_clock: { '2': 1 } } } },
    toRequest: ({ body }) => syncRequest(body),
  },
];

export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'read':
      return answerOfRead(response);
    case 'written': {
      const { key, value, clock, siblings } = response;
      const beside = siblings.length > 0 ? { values: siblings } : {};
      return { status: 200, body: { status: 'success', key, value, vector_clock: clock, ...beside } };
    }
    case 'sync-received':
      return { status: 200, body: { status: 'sync_received' } };
    case 'refused':
      return errorAnswer(response.error, response.why);
    default:
      return assertNever(response);
  }
}

/** A deleted key has a clock, too: whoever writes next may say that it has seen the deletion. */
function answerOfRead({ key, values, clock }: Extract<Response, { type: 'read' }>): WireAnswer {
  const seen = clock === null ? {} : { vector_clock: clock };
  const [value] = values;
  if (value === undefined) return errorAnswer('key-does-not-exist', 'no such key', { key, ...seen });
  return { status: 200, body: values.length > 1 ? { key, values, ...seen } : { key, value, ...seen } };
}
