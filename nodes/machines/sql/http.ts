/** The client route of the relational machine, with the schema of its body. Pure mapping. */
import type { JsonSchema, Route } from '../../kernel/model.ts';
import { parseSerial, type Serial } from '../sessions.ts';
import { isReadOnly, type SqlRequest, type SqlStatement } from './sqlMachine.ts';
import { sqlLengthMax } from './text.ts';

export type SqlRouteRequest =
  | { readonly type: 'query'; readonly query: SqlRequest }
  | { readonly type: 'operation'; readonly operation: SqlRequest; readonly serial?: Serial }
  | { readonly type: 'malformed'; readonly why: string };

/** The least of a protocol with this route. */
interface SqlProtocol {
  request: SqlRouteRequest;
  message: never;
  response: never;
  timer: never;
  record: never;
  status: never;
}

const scalar: JsonSchema = {
  anyOf: [{ type: 'null' }, { type: 'boolean' }, { type: 'number' }, { type: 'string' }],
};

const statementProperties: { readonly [name: string]: JsonSchema } = {
  sql: { type: 'string', minLength: 1, maxLength: sqlLengthMax },
  params: {
    anyOf: [
      { type: 'array', items: scalar, maxItems: 100 },
      { type: 'object', additionalProperties: scalar, maxProperties: 100 },
    ],
  },
  changes: { type: 'integer', minimum: 0 },
};

const statement: JsonSchema = {
  type: 'object',
  properties: statementProperties,
  required: ['sql'],
  additionalProperties: false,
};

const schema: JsonSchema = {
  type: 'object',
  properties: {
    ...statementProperties,
    statements: { type: 'array', items: statement, minItems: 1, maxItems: 50 },
  },
  additionalProperties: false,
  oneOf: [
    { type: 'object', properties: { sql: {} }, required: ['sql'] },
    { type: 'object', properties: { statements: {} }, required: ['statements'] },
  ],
};

/** The body has passed its schema; this is where it gets its type. */
type Body = SqlStatement & { readonly statements?: readonly SqlStatement[] };

export const sqlRoute: Route<SqlProtocol> = {
  method: 'POST',
  path: '/sql',
  schema,
  meaning: 'a statement of SQL, or several in "statements": all of them at one moment, or none',
  example: {
    path: '/sql',
    body: { sql: 'SELECT name FROM sqlite_schema WHERE type = ?', params: ['table'] },
  },
  toRequest: ({ body, requestId }) => requestOf(body as unknown as Body, requestId),
};

function requestOf({ statements, ...single }: Body, requestId: string | undefined): SqlRouteRequest {
  const isSingle = statements === undefined;
  if (!isSingle && Object.keys(single).length > 0)
    return { type: 'malformed', why: '"params" and "changes" stand beside the "sql" that they belong to' };
  const request: SqlRequest = { type: 'sql', statements: statements ?? [single], isSingle };
  if (isReadOnly(request.statements)) return { type: 'query', query: request };
  if (requestId === undefined) return { type: 'operation', operation: request };
  const serial = parseSerial(requestId);
  if (serial === null) return { type: 'malformed', why: 'Request-Id must be <client>/<n>, n a whole number' };
  return { type: 'operation', operation: request, serial };
}
