/** The client API: how HTTP requests become requests of the protocol, and responses become answers. Pure mapping. */
import { assertNever } from '../kernel/assert.ts';
import { errorKind } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import { isReadOnly } from './machine.ts';
import type { MicroOperation, Operation, RaftProtocol, Request, Response } from './messages.ts';
import { parseSerial } from './sessions.ts';

const anyJson: JsonSchema = {};
const key: JsonSchema = { type: 'string', minLength: 1 };
const node: JsonSchema = { type: 'string', pattern: '^n[1-9][0-9]*$' };

function body(properties: { [name: string]: JsonSchema }): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function tuple(...items: JsonSchema[]): JsonSchema {
  return { type: 'array', items, minItems: items.length, maxItems: items.length, additionalItems: false };
}

const microOperation: JsonSchema = {
  anyOf: [
    tuple({ const: 'r' }, key, { type: 'null' }),
    tuple({ const: 'w' }, key, anyJson),
    tuple({ const: 'append' }, key, anyJson),
    tuple({ const: 'cas' }, key, tuple(anyJson, anyJson)),
    tuple({ const: 'add' }, key, { type: 'number' }, { type: 'number' }),
    tuple({ const: 'pop' }, key, { type: 'null' }),
  ],
};

/** Bodies have passed their schema; this is where they get their types. */
type Fields = {
  readonly key: string;
  readonly value: Json;
  readonly from: Json;
  readonly to: Json;
  readonly txn: readonly MicroOperation[];
  readonly node: NodeId;
};
const fields = (value: Json): Fields => value as unknown as Fields;

function operation(operation: Operation, requestId: string | undefined): Request {
  if (requestId === undefined) return { type: 'operation', operation };
  const serial = parseSerial(requestId);
  if (serial === null) return { type: 'malformed', why: 'Request-Id must be <client>/<n>, n a whole number' };
  return { type: 'operation', operation, serial };
}

const dataRoutes: readonly Route<RaftProtocol>[] = [
  {
    method: 'GET',
    path: '/get/:key',
    meaning: 'reads a key; 404 when it is absent',
    example: { path: '/get/k1' },
    toRequest: ({ params }) => ({ type: 'query', query: { type: 'get', key: params['key'] ?? '' } }),
  },
  {
    method: 'POST',
    path: '/put',
    schema: body({ key, value: anyJson }),
    meaning: 'sets a key; the value null deletes it',
    example: { path: '/put', body: { key: 'k1', value: 1 } },
    toRequest: (input) => {
      const { key, value } = fields(input.body);
      return operation({ type: 'put', key, value }, input.requestId);
    },
  },
  {
    method: 'POST',
    path: '/delete',
    schema: body({ key }),
    meaning: 'deletes a key, present or not',
    example: { path: '/delete', body: { key: 'k1' } },
    toRequest: (input) => operation({ type: 'delete', key: fields(input.body).key }, input.requestId),
  },
  {
    method: 'POST',
    path: '/cas',
    schema: body({ key, from: anyJson, to: anyJson }),
    meaning: 'sets a key if it holds `from` (null: if it is absent); 409 otherwise',
    example: { path: '/cas', body: { key: 'k1', from: 1, to: 2 } },
    toRequest: (input) => {
      const { key, from, to } = fields(input.body);
      return operation({ type: 'cas', key, from, to }, input.requestId);
    },
  },
  {
    method: 'POST',
    path: '/txn',
    schema: body({ txn: { type: 'array', items: microOperation } }),
    meaning: 'all micro-operations at one moment, or, with 409, none of them',
    example: {
      path: '/txn',
      body: {
        txn: [
          ['r', 'k1', null],
          ['append', 'k2', 1],
        ],
      },
    },
    toRequest: (input) => {
      const { txn } = fields(input.body);
      if (isReadOnly(txn)) return { type: 'query', query: { type: 'txn', txn } };
      return operation({ type: 'txn', txn }, input.requestId);
    },
  },
];

const adminRoutes: readonly Route<RaftProtocol>[] = [
  {
    method: 'POST',
    path: '/members/add',
    schema: body({ node }),
    meaning: 'adds a running node to the cluster, once it has caught up',
    example: { path: '/members/add', body: { node: 'n6' } },
    toRequest: ({ body }) => ({ type: 'add-member', node: fields(body).node }),
  },
  {
    method: 'POST',
    path: '/members/remove',
    schema: body({ node }),
    meaning: 'takes a node out of the cluster; a leader that is taken out steps down',
    example: { path: '/members/remove', body: { node: 'n2' } },
    toRequest: ({ body }) => ({ type: 'remove-member', node: fields(body).node }),
  },
  {
    method: 'POST',
    path: '/transfer',
    schema: body({ to: node }),
    meaning: 'hands leadership over',
    example: { path: '/transfer', body: { to: 'n2' } },
    toRequest: ({ body }) => ({ type: 'transfer', to: fields(body).to as NodeId }),
  },
];

/** Everything a client may ask of a Raft node. */
export const routes: readonly Route<RaftProtocol>[] = [...dataRoutes, ...adminRoutes];

/** 200 with the result, or the status of the error. */
export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'value':
      if (response.value === null)
        return errorAnswer('key-does-not-exist', 'no such key', { key: response.key });
      return { status: 200, body: { key: response.key, value: response.value } };
    case 'written':
      return { status: 200, body: { status: 'success', key: response.key, value: response.value } };
    case 'txn':
      return { status: 200, body: { status: 'success', txn: response.txn } };
    case 'members':
      return { status: 200, body: { status: 'success', members: response.members } };
    case 'transferred':
      return { status: 200, body: { status: 'success', leader: response.leader } };
    case 'not-leader': {
      // Definite: nothing was started here. 421 says that the leader must be asked.
      const { code } = errorKind('temporarily-unavailable');
      return { status: 421, body: { error: 'not the leader', code, leader: response.leader } };
    }
    case 'refused':
      return errorAnswer(
        response.error,
        response.why,
        response.key === undefined ? {} : { key: response.key },
      );
    default:
      return assertNever(response);
  }
}
