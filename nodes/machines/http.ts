/**
 * The client API of a key–value machine: how HTTP requests become queries and operations; and how the results of any
 * machine become answers. Pure mapping, shared by all models that replicate machines.
 */
import { assertNever } from '../kernel/assert.ts';
import { errorKind } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import { isReadOnly, type Operation, type Query } from './keyValue.ts';
import type { MachineResult, MicroOperation } from './machine.ts';
import { parseSerial, type Serial } from './sessions.ts';

export type KeyValueRequest =
  | { readonly type: 'query'; readonly query: Query }
  | { readonly type: 'operation'; readonly operation: Operation; readonly serial?: Serial }
  /** Passed the schema, and still makes no sense. */
  | { readonly type: 'malformed'; readonly why: string };

/** The least of a protocol with these routes: what it is asked beyond this, and all else, is its own. */
interface KeyValueProtocol {
  request: KeyValueRequest;
  message: never;
  response: never;
  timer: never;
  record: never;
  status: never;
}

const anyJson: JsonSchema = {};
export const key: JsonSchema = { type: 'string', minLength: 1 };

/** An object with exactly these members. */
export function body(properties: { [name: string]: JsonSchema }): JsonSchema {
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
interface Fields {
  readonly key: string;
  readonly value: Json;
  readonly from: Json;
  readonly to: Json;
  readonly txn: readonly MicroOperation[];
}
const fields = (value: Json): Fields => value as unknown as Fields;

const put = ({ key, value }: Fields): Operation => ({ type: 'put', key, value });
const cas = ({ key, from, to }: Fields): Operation => ({ type: 'cas', key, from, to });

/** An operation with the number that its client gave it, if it gave any. */
export function operationRequest(operation: Operation, requestId: string | undefined): KeyValueRequest {
  if (requestId === undefined) return { type: 'operation', operation };
  const serial = parseSerial(requestId);
  if (serial === null) return { type: 'malformed', why: 'Request-Id must be <client>/<n>, n a whole number' };
  return { type: 'operation', operation, serial };
}

/** A transaction that only reads is a query: it need not go through a log. */
function transactionRequest(txn: readonly MicroOperation[], requestId: string | undefined): KeyValueRequest {
  if (isReadOnly(txn)) return { type: 'query', query: { type: 'txn', txn } };
  return operationRequest({ type: 'txn', txn }, requestId);
}

export const keyValueRoutes: readonly Route<KeyValueProtocol>[] = [
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
    toRequest: ({ body, requestId }) => operationRequest(put(fields(body)), requestId),
  },
  {
    method: 'POST',
    path: '/delete',
    schema: body({ key }),
    meaning: 'deletes a key, present or not',
    example: { path: '/delete', body: { key: 'k1' } },
    toRequest: (input) => operationRequest({ type: 'delete', key: fields(input.body).key }, input.requestId),
  },
  {
    method: 'POST',
    path: '/cas',
    schema: body({ key, from: anyJson, to: anyJson }),
    meaning: 'sets a key if it holds `from` (null: if it is absent); 409 otherwise',
    example: { path: '/cas', body: { key: 'k1', from: 1, to: 2 } },
    toRequest: ({ body, requestId }) => operationRequest(cas(fields(body)), requestId),
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
    toRequest: ({ body, requestId }) => transactionRequest(fields(body).txn, requestId),
  },
];

/** 200 with the result, or the status of the error. */
export function answerOfResult(result: MachineResult): WireAnswer {
  switch (result.type) {
    case 'value':
      if (result.value === null) return errorAnswer('key-does-not-exist', 'no such key', { key: result.key });
      return { status: 200, body: { key: result.key, value: result.value } };
    case 'written':
      return { status: 200, body: { status: 'success', key: result.key, value: result.value } };
    case 'txn':
      return { status: 200, body: { status: 'success', txn: result.txn } };
    case 'sql': {
      const [first] = result.results;
      // A single statement is answered as such, several as a list.
      const answered = result.isSingle && first !== undefined ? { ...first } : { results: result.results };
      return { status: 200, body: { status: 'success', ...answered } as unknown as Json };
    }
    case 'refused':
      return errorAnswer(result.error, result.why, {
        ...(result.key !== undefined && { key: result.key }),
        ...(result.error === 'malformed-request' && { problems: [result.why] }),
      });
    default:
      return assertNever(result);
  }
}

/** Definite: nothing was started here. 421 says that the leader must be asked. */
export function redirectAnswer(leader: NodeId): WireAnswer {
  const { code } = errorKind('temporarily-unavailable');
  return { status: 421, body: { error: 'not the leader', code, leader } };
}
