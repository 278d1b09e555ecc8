/**
 * How calls are spelled in the HTTP API of a model, and its answers in the messages of kv.proto. So a node has one API,
 * with one set of checks, whichever way a request came.
 */
import { routeOf, type ApiName, type NodeModel } from '../../kernel/model.ts';
import type { Rpc } from '../../kernel/transport.ts';
import { errorAnswer, type Json, type WireAnswer } from '../../kernel/wire.ts';
import type { Incoming } from '../clientApi.ts';
import { unkeepable } from '../jsonBounds.ts';
import { messageOf, type Fields } from './messages.ts';
import { refusalOf, type Refusal } from './statuses.ts';

interface Spelling {
  readonly method: 'GET' | 'POST';
  /** `{key}` is filled in. */
  readonly path: string;
  /** Which member of the body, or parameter of the query, says what a field says. */
  readonly members: Readonly<Record<string, string>>;
}

const get = (path: string, members: Spelling['members'] = {}): Spelling => ({ method: 'GET', path, members });
const post = (path: string, members: Spelling['members']): Spelling => ({ method: 'POST', path, members });
const leader = get('/leader');

/** What answers call that which a client has seen of a key. */
const contextMembers: Readonly<Partial<Record<ApiName, string>>> = {
  'key-value': 'vector_clock',
  crdt: 'context',
};

const spellings: Readonly<Partial<Record<ApiName, Readonly<Partial<Record<Rpc, Spelling>>>>>> = {
  'key-value': {
    Read: get('/get/{key}', { session: 'session' }),
    Write: post('/put', { key: 'key', value: 'value', context: 'vector_clock', session: 'session' }),
    Cas: post('/cas', { key: 'key', from: 'from', to: 'to' }),
    Delete: post('/delete', { key: 'key', context: 'vector_clock', session: 'session' }),
    Txn: post('/txn', { txn: 'txn' }),
    Leader: leader,
  },
  quorum: {
    Read: get('/client_read/{key}', { level: 'level' }),
    Write: post('/client_write', { key: 'key', value: 'value', level: 'level' }),
    Leader: leader,
  },
  crdt: {
    Read: get('/register/{key}'),
    Write: post('/register/{key}', { value: 'value', context: 'context' }),
    Leader: leader,
  },
};

type Spelled = Pick<NodeModel, 'name' | 'api' | 'routes'>;

/** The request that asks the same over HTTP, or the answer to one that makes no sense. */
export function requestOf(
  { name, api, routes }: Spelled,
  rpc: Rpc,
  fields: Fields,
): Omit<Incoming, 'requestId'> | WireAnswer {
  const spelling = spellings[api]?.[rpc];
  if (spelling === undefined || !isServed(routes, spelling))
    return errorAnswer('not-supported', `model ${name} has no ${rpc}`);
  const problems = problemsOf(spelling, fields);
  if (problems.length > 0) return errorAnswer('malformed-request', problems.join('; '));
  const { method } = spelling;
  const path = spelling.path.replace('{key}', encodeURIComponent(textOf(fields['key'])));
  const said = Object.entries(spelling.members).flatMap(([field, member]): [string, Json][] => {
    const value = fields[field];
    if (value === undefined) return [];
    return [[member, field === 'context' ? (JSON.parse(textOf(value)) as Json) : value]];
  });
  if (method === 'POST') return { method, path, body: JSON.stringify(Object.fromEntries(said)) };
  const query = said.map(([member, value]) => `${member}=${encodeURIComponent(textOf(value))}`);
  return { method, path: query.length === 0 ? path : `${path}?${query.join('&')}`, body: '' };
}

function problemsOf({ path, members }: Spelling, fields: Fields): string[] {
  const takesKey = path.includes('{key}');
  const problems = takesKey && fields['key'] === undefined ? ['the message lacks "key"'] : [];
  for (const [field, value] of Object.entries(fields)) {
    const isTaken = Object.hasOwn(members, field) || (field === 'key' && takesKey);
    // Checked before it is written as JSON again: what is nested too deeply could not be.
    const reason = isTaken ? unkeepable(value) : 'this model does not have that';
    if (reason !== null) problems.push(`"${field}": ${reason}`);
  }
  if (fields['context'] !== undefined && !isJson(textOf(fields['context'])))
    problems.push('"context" is not what an answer held');
  return problems;
}

/** Of a field that kv.proto has as a string. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isJson(text: string): boolean {
  try {
    return unkeepable(JSON.parse(text) as Json) === null;
  } catch {
    return false;
  }
}

/** Every host answers `GET /leader`; all else is up to the model. */
function isServed(routes: Spelled['routes'], { method, path }: Spelling): boolean {
  return (
    path === leader.path || typeof routeOf(routes, { method, path: path.replace('{key}', 'k') }) === 'object'
  );
}

/** The message of a success, or how the call ends without one. */
export function replyOf(
  api: ApiName,
  { status, body }: WireAnswer,
): { readonly message: Readonly<Record<string, unknown>> } | { readonly refusal: Refusal } {
  const members = (body ?? {}) as { readonly [name: string]: Json | undefined };
  const seen = seenIn(api, members);
  const success = members['status'] ?? 'success';
  if (status !== 200 || success !== 'success') return { refusal: refusalOf(body, seen) };
  const told = ['value', 'values', 'txn', 'leader', 'term'].flatMap((name): [string, Json][] => {
    const value = members[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { message: messageOf({ ...Object.fromEntries(told), ...seen }) };
}

/** Longer ones are not told: to forget what was seen is sound, and trailers have to stay small. */
const seenCharactersMax = 4096;

function seenIn(
  api: ApiName,
  members: { readonly [name: string]: Json | undefined },
): Record<string, string> {
  const context = members[contextMembers[api] ?? ''];
  const session = members['session'];
  const seen: Record<string, string> = {
    ...(context !== undefined && context !== null && { context: ascii(JSON.stringify(context)) }),
    ...(typeof session === 'string' && { session }),
  };
  return Object.fromEntries(Object.entries(seen).filter(([, text]) => text.length <= seenCharactersMax));
}

/** JSON text that a header can carry. */
function ascii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
