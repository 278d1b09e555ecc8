/**
 * An API profile says, as data, how a key–value service spells its operations: method, path, body, and where the value
 * stands in the answer. It is plain JSON, so a service with an API of its own is tested without writing code.
 *
 * Templates: `{key}`, `{value}` … in a path are percent-encoded; a body string that is exactly `"{value}"` becomes the
 * JSON value itself, and a placeholder inside a longer string (or an object key) is replaced as text.
 */
import type { Json, WireRequest } from '../nodes/kernel/wire.ts';
import type { Action } from './workload.ts';

/** How one kind of action travels. */
export interface ApiOperation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Json;
  /** Field of the answer that holds the result, as a path (`value`, `data.value`); absent when there is none. */
  readonly result?: string;
}

export interface ApiProfile {
  readonly name: string;
  readonly operations: { readonly [kind in Action['kind']]?: ApiOperation };
  /** Where a node tells who leads, if it does; the answer is `{leader, term}`. */
  readonly leader?: { readonly method: 'GET'; readonly path: string };
}

/** The built-in profile of the key–value models. */
export const keyValueProfile: ApiProfile = {
  name: 'key-value',
  operations: {
    read: { method: 'GET', path: '/get/{key}', result: 'value' },
    write: { method: 'POST', path: '/put', body: { key: '{key}', value: '{value}' } },
    delete: { method: 'POST', path: '/delete', body: { key: '{key}' } },
    cas: { method: 'POST', path: '/cas', body: { key: '{key}', from: '{from}', to: '{to}' } },
    txn: { method: 'POST', path: '/txn', body: { txn: '{txn}' }, result: 'txn' },
  },
  leader: { method: 'GET', path: '/leader' },
};

/** What an answer without the expected result is. */
export const malformed = Symbol('malformed');

type Fields = Readonly<Record<string, Json>>;

/** The request of an action. Throws when the profile does not know the action: a workload was chosen wrongly. */
export function toWire(profile: ApiProfile, action: Action, requestId?: string): WireRequest {
  const operation = operationOf(profile, action.kind);
  const fields: Fields = { ...action };
  const path = operation.path.replace(placeholder, (whole, name: string) =>
    name in fields ? encodeURIComponent(textOf(fields[name] ?? null)) : whole,
  );
  return {
    method: operation.method,
    path,
    ...(requestId !== undefined && { requestId }),
    ...(operation.body !== undefined && { body: filled(operation.body, fields) }),
  };
}

/** The result in the body of a successful answer; null for actions without one. */
export function resultOf(profile: ApiProfile, action: Action, body: Json): Json | typeof malformed {
  const { result } = operationOf(profile, action.kind);
  if (result === undefined) return null;
  let at: Json = body;
  for (const step of result.split('.')) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return malformed;
    const next: Json | undefined = Object.hasOwn(at, step)
      ? (at as { readonly [key: string]: Json })[step]
      : undefined;
    if (next === undefined) return malformed;
    at = next;
  }
  return action.kind === 'txn' && !Array.isArray(at) ? malformed : at;
}

const placeholder = /\{(\w+)\}/g;
const wholePlaceholder = /^\{(\w+)\}$/;

function operationOf(profile: ApiProfile, kind: Action['kind']): ApiOperation {
  const operation = profile.operations[kind];
  if (operation === undefined) throw new Error(`the API profile ${profile.name} has no ${kind}`);
  return operation;
}

/** A template with its placeholders replaced. */
function filled(template: Json, fields: Fields): Json {
  if (typeof template === 'string') {
    const whole = wholePlaceholder.exec(template)?.[1];
    if (whole !== undefined && whole in fields) return fields[whole] ?? null;
    return inText(template, fields);
  }
  if (template === null || typeof template !== 'object') return template;
  if (Array.isArray(template)) return (template as readonly Json[]).map((item) => filled(item, fields));
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [inText(name, fields), filled(value, fields)]),
  );
}

function inText(template: string, fields: Fields): string {
  return template.replace(placeholder, (whole, name: string) =>
    name in fields ? textOf(fields[name] ?? null) : whole,
  );
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
