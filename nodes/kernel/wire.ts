/**
 * The wire between clients and nodes, as data: what a client sends, what it is answered. Real hosts carry it over HTTP;
 * the simulator hands the same values over directly, so both worlds share the mapping of every model.
 */
import { errorKind, type ErrorName } from './errors.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Our nodes know the first two; services of others have more. */
export type WireMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface WireRequest {
  readonly method: WireMethod;
  /** Path with percent-encoded segments and an optional query: `/get/k%2F1`. */
  readonly path: string;
  /** `<client>/<n>`: all attempts of one operation carry the same one. */
  readonly requestId?: string;
  readonly body?: Json;
}

export interface WireAnswer {
  readonly status: number;
  readonly body: Json;
}

/** The answer of a refused or failed request: `{error, code}` and whatever helps the client. */
export function errorAnswer(name: ErrorName, error: string, more: { [key: string]: Json } = {}): WireAnswer {
  const { code, status } = errorKind(name);
  const problems = name === 'malformed-request' ? { problems: [error] } : {};
  return { status, body: { error, code, ...problems, ...more } };
}
