/** The client API: how HTTP requests become requests of the protocol, and responses become answers. Pure mapping. */
import { assertNever } from '../kernel/assert.ts';
import { errorKind } from '../kernel/errors.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import { levels, type Level, type QuorumProtocol, type Response, type Timestamp } from './messages.ts';

const anyJson: JsonSchema = {};
const key: JsonSchema = { type: 'string', minLength: 1 };
const level: JsonSchema = { enum: levels };
/** Far below what a number can hold exactly, so that there is always room for a later one. */
const counterMax = 2 ** 52;
const timestamp: JsonSchema = {
  anyOf: [
    { type: 'number', minimum: 0, maximum: counterMax },
    {
      type: 'array',
      items: [
        { type: 'integer', minimum: 0, maximum: counterMax },
        { type: 'integer', minimum: 1, maximum: counterMax },
      ],
      minItems: 2,
      maxItems: 2,
      additionalItems: false,
    },
  ],
};

function body(
  required: { readonly [name: string]: JsonSchema },
  optional: { readonly [name: string]: JsonSchema } = {},
): JsonSchema {
  const properties = { ...required, ...optional };
  return { type: 'object', properties, required: Object.keys(required), additionalProperties: false };
}

/** Bodies have passed their schema; this is where they get their types. */
interface Fields {
  readonly key: string;
  readonly value: Json;
  readonly level?: Level;
  readonly timestamp?: Timestamp;
}
const fields = (value: Json): Fields => value as unknown as Fields;

const quorumRoutes: readonly Route<QuorumProtocol>[] = [
  {
    method: 'GET',
    path: '/client_read/:key',
    schema: body({}, { level }),
    meaning: 'reads a key from r replicas, or as many as ?level= says; 404 when it is absent',
    example: { path: '/client_read/k1?level=QUORUM' },
    toRequest: ({ params }) => {
      const { key = '', level } = params as { readonly key?: string; readonly level?: Level };
      return { type: 'read', key, ...(level !== undefined && { level }) };
    },
  },
  {
    method: 'POST',
    path: '/client_write',
    schema: body({ key, value: anyJson }, { level }),
    meaning: 'writes a key to w replicas, or as many as `level` says; the value null deletes it',
    example: { path: '/client_write', body: { key: 'k1', value: 1 } },
    toRequest: ({ body }) => {
      const { key, value, level } = fields(body);
      return { type: 'write', key, value, ...(level !== undefined && { level }) };
    },
  },
];

const replicaRoutes: readonly Route<QuorumProtocol>[] = [
  {
    method: 'GET',
    path: '/read_request/:key',
    meaning: 'what this replica holds; 404 when it holds nothing',
    example: { path: '/read_request/k1' },
    toRequest: ({ params }) => ({ type: 'local-read', key: params['key'] ?? '' }),
  },
  {
    method: 'POST',
    path: '/write_request',
    schema: body({ key, value: anyJson, timestamp }),
    meaning: 'has this replica hold a version, unless it holds a newer one ("outdated")',
    example: { path: '/write_request', body: { key: 'k1', value: 1, timestamp: [1, 1] } },
    toRequest: ({ body }) => {
      const { key, value, timestamp = 0 } = fields(body);
      return { type: 'replica-write', key, version: { value, timestamp } };
    },
  },
  {
    method: 'GET',
    path: '/get/:key',
    meaning: 'reads a key at this node alone; 404 when it is absent there',
    example: { path: '/get/k1' },
    toRequest: ({ params }) => ({ type: 'local-read', key: params['key'] ?? '' }),
  },
  {
    method: 'POST',
    path: '/put',
    schema: body({ key, value: anyJson }, { timestamp }),
    meaning: 'writes a key at this node alone, which keeps the newer; without a timestamp it is the newest',
    example: { path: '/put', body: { key: 'k1', value: 1 } },
    toRequest: ({ body }) => {
      const { key, value, timestamp } = fields(body);
      return { type: 'put', key, value, ...(timestamp !== undefined && { timestamp }) };
    },
  },
];

/** Everything that may be asked of a node. */
export const routes: readonly Route<QuorumProtocol>[] = [...quorumRoutes, ...replicaRoutes];

/** 200 with what was asked for, 404 for nothing, 503 without a quorum. */
export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'value': {
      const { key, version } = response;
      if (version === null || version.value === null)
        return errorAnswer('key-does-not-exist', 'no such key', { key });
      return { status: 200, body: { key, value: version.value, timestamp: version.timestamp } };
    }
    case 'written': {
      const { key, version, status } = response;
      return { status: 200, body: { status, key, value: version.value, timestamp: version.timestamp } };
    }
    case 'replica-written':
      return { status: 200, body: { status: response.status } };
    case 'no-quorum':
      // The code says whether it may still take effect; the status is the same: no quorum.
      return { status: 503, body: { error: response.why, code: errorKind(response.error).code } };
    default:
      return assertNever(response);
  }
}
