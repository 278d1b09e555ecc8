/** The client API. Pure mapping. */
import { assertNever } from '../kernel/assert.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import type { CausalProtocol, Request, Response } from './messages.ts';
import { textOfVector, vectorOf, vectorPattern, type Vector } from './vector.ts';

const anyJson: JsonSchema = {};
const key: JsonSchema = { type: 'string', minLength: 1 };
const session: JsonSchema = { type: 'string', maxLength: 2200, pattern: vectorPattern };

function fields(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, session },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** Bodies have passed their schema; this is where they get their types. */
function put(body: Json): Request {
  const { key, value, session = '' } = body as unknown as Body;
  return { type: 'put', key, value, session: vectorOf(session) };
}

interface Body {
  readonly key: string;
  readonly value: Json;
  readonly session?: string;
}

export const routes: readonly Route<CausalProtocol>[] = [
  {
    method: 'GET',
    path: '/get/:key',
    schema: fields({}),
    meaning: 'reads a key at this node, which waits until it has what ?session= has seen; 404 when absent',
    example: { path: '/get/k1' },
    toRequest: ({ params }) => ({
      type: 'get',
      key: params['key'] ?? '',
      session: vectorOf(params['session'] ?? ''),
    }),
  },
  {
    method: 'POST',
    path: '/put',
    schema: fields({ key, value: anyJson }),
    meaning: 'sets a key at this node, after all that the session has seen; the value null deletes it',
    example: { path: '/put', body: { key: 'k1', value: 1 } },
    toRequest: ({ body }) => put(body),
  },
  {
    method: 'POST',
    path: '/delete',
    schema: fields({ key }),
    meaning: 'deletes a key at this node, present or not',
    example: { path: '/delete', body: { key: 'k1' } },
    toRequest: ({ body }) => put({ ...(body as { readonly key: string }), value: null }),
  },
];

export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'read': {
      const { key, value } = response;
      const seen = sessionField(response.session);
      if (value === null) return errorAnswer('key-does-not-exist', 'no such key', { key, ...seen });
      return { status: 200, body: { key, value, ...seen } };
    }
    case 'written': {
      const { key, value } = response;
      return { status: 200, body: { status: 'success', key, value, ...sessionField(response.session) } };
    }
    case 'refused':
      return errorAnswer(response.error, response.why);
    default:
      return assertNever(response);
  }
}

/** Clients give it back as it is. */
function sessionField(session: Vector | null): { readonly session?: string } {
  return session === null ? {} : { session: textOfVector(session) };
}
