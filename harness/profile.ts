/**
 * An API profile says, as data, how a service spells its operations: method, path, body, and where the result stands in
 * the answer. It is plain JSON, so a service with an API of its own is tested without writing code; template.ts says
 * what a template may hold.
 */
import type { OptionValues } from '../nodes/kernel/model.ts';
import type { Json, WireMethod, WireRequest } from '../nodes/kernel/wire.ts';
import { filledBody, filledPath, type Fields } from './template.ts';
import type { Action, ActionKind, Service } from './workload.ts';

/** How one kind of action travels. */
export interface ApiOperation {
  readonly method: WireMethod;
  readonly path: string;
  readonly body?: Json;
  /** Where the answer holds the result: a path (`value`, `data.0.value`), '' for all of it; absent when there is none. */
  readonly result?: string;
  /** Where it holds a list instead, if replicas did not decide between values that were written concurrently. */
  readonly siblings?: string;
  /** What a status means that means something else in this API than in ours. */
  readonly statuses?: { readonly [type in 'ok' | 'fail' | 'info']?: readonly number[] };
}

/** Something in answers that a client gives back with its next request, so that the service knows what it has seen. */
export interface ApiContext {
  readonly field: string;
  /** What is given back where: with requests for the same key, or with all requests of the process. */
  readonly scope: 'key' | 'session';
}

export interface ApiProfile {
  readonly name: string;
  readonly operations: { readonly [kind in ActionKind]?: ApiOperation };
  /** By the name that templates call it. */
  readonly contexts?: Readonly<Record<string, ApiContext>>;
  /** Nothing may be taken from counters. */
  readonly onlyGrows?: boolean;
  /** The model's options, for templates. */
  readonly options?: OptionValues;
  /** Where a node tells who leads, if it does; the answer is `{leader, term}`. */
  readonly leader?: { readonly method: 'GET' | 'POST'; readonly path: string };
}

/** What an answer without the expected result is. */
export const malformed = Symbol('malformed');

/** What a workload may ask of a service with this profile: whatever can be spelled, and keys that go with requests. */
export function serviceOf({ operations, onlyGrows = false }: ApiProfile): Service {
  return {
    knows: (kind) => operations[kind] !== undefined,
    hasKeys: (kind) => JSON.stringify(operations[kind] ?? null).includes('{key}'),
    onlyGrows,
  };
}

/**
 * The request of an action. `contexts`, by name, are those that the client has. Throws when the profile does not know
 * the action: a workload was chosen wrongly.
 */
export function toWire(
  profile: ApiProfile,
  action: Action,
  requestId?: string,
  contexts: Fields = {},
): WireRequest {
  const operation = operationOf(profile, action.kind);
  const fields: Fields = {
    ...action,
    ...prefixed('context', contexts),
    ...prefixed('option', profile.options ?? {}),
  };
  const body = operation.body === undefined ? undefined : filledBody(operation.body, fields);
  return {
    method: operation.method,
    path: filledPath(operation.path, fields),
    ...(requestId !== undefined && { requestId }),
    ...(body !== undefined && { body }),
  };
}

function prefixed(prefix: string, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** The result in the body of a successful answer; null for actions without one, but for a sale: it was sold. */
export function resultOf(profile: ApiProfile, action: Action, body: Json): Json | typeof malformed {
  const { result, siblings } = operationOf(profile, action.kind);
  if (result === undefined) return action.kind === 'sell' ? true : null;
  const found = at(body, result);
  if (found !== undefined) return shaped(action, found);
  const values = siblings === undefined ? undefined : at(body, siblings);
  if (!Array.isArray(values)) return malformed;
  const [first = null] = values as readonly Json[];
  return values.length > 1 ? { values } : first;
}

/** What the contexts of the profile are in this answer, by name; those that it does not hold are left out. */
export function contextsIn({ contexts = {} }: ApiProfile, body: Json): Fields {
  return Object.fromEntries(
    Object.entries(contexts).flatMap(([name, { field }]) => {
      const value = at(body, field);
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

function operationOf(profile: ApiProfile, kind: ActionKind): ApiOperation {
  const operation = profile.operations[kind];
  if (operation === undefined) throw new Error(`the API profile ${profile.name} has no ${kind}`);
  return operation;
}

/** What stands at a path of member names and positions; undefined when nothing does. */
function at(body: Json, path: string): Json | undefined {
  let found: Json = body;
  for (const step of path === '' ? [] : path.split('.')) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, step)) return undefined;
    const next: Json | undefined = (found as { readonly [key: string]: Json })[step];
    if (next === undefined) return undefined;
    found = next;
  }
  return found;
}

/** The result in the form that workloads expect of this kind. */
function shaped(action: Action, result: Json): Json | typeof malformed {
  switch (action.kind) {
    case 'txn':
      return Array.isArray(result) ? result : malformed;
    case 'elements':
      return result === null || Array.isArray(result) ? result : malformed;
    case 'count':
    case 'stock':
      return result === null || typeof result === 'number' ? result : malformed;
    case 'balances':
      return balancesOf(action.accounts, result);
    default:
      return result;
  }
}

/**
 * The balances by account; also from a transaction that read them, or from rows of a table. An account without one has
 * nothing yet.
 */
function balancesOf(accounts: readonly string[], result: Json): Json | typeof malformed {
  if (result === null || typeof result !== 'object') return malformed;
  if (!Array.isArray(result)) return result;
  const reads = result as readonly Json[];
  const isRow = (row: Json): boolean => Array.isArray(row) && row.length === 2 && typeof row[0] === 'string';
  if (reads.length > 0 && reads.every(isRow)) {
    const found = Object.fromEntries(reads as readonly (readonly [string, Json])[]);
    return { ...Object.fromEntries(accounts.map((account) => [account, null])), ...found };
  }
  const isRead = (micro: Json | undefined, account: string): boolean =>
    Array.isArray(micro) && micro[0] === 'r' && micro[1] === account && micro.length === 3;
  if (!accounts.every((account, position) => isRead(reads[position], account))) return malformed;
  return Object.fromEntries(
    accounts.map((account, position) => [account, at(reads, `${position}.2`) ?? null]),
  );
}
