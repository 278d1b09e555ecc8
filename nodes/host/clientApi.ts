/**
 * The client API of a model: a request as it was read becomes a request of the protocol, or a refusal that lists all
 * problems. Nothing that is refused here reaches the core.
 */
import { routeOf, type NodeModel, type Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import { unkeepable } from './jsonBounds.ts';
import { validatorsOf, type Validate } from './validation.ts';

/** A request as it was read from its connection. */
export interface Incoming {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly requestId: string | undefined;
  /** The text of the body; empty for GET. */
  readonly body: string;
}

export interface Refusal {
  readonly answer: WireAnswer;
  /** The methods that this path takes, for the `Allow` header of a 405. */
  readonly allow?: readonly string[];
}

export type Understood<P extends Protocol> = { readonly request: P['request'] } | Refusal;

export class ClientApi<P extends Protocol> {
  private readonly routes: readonly Route<P>[];
  private readonly validators: ReadonlyMap<Route<P>, Validate>;

  constructor(model: NodeModel<P>) {
    this.routes = model.routes;
    this.validators = validatorsOf(model);
  }

  /** Null when the model has no route with this path. */
  understand(incoming: Incoming): Understood<P> | null {
    const { method, path } = incoming;
    const routing = routeOf(this.routes, { method: method as Route<P>['method'], path });
    if (routing === 'not-found') return null;
    if (routing === 'wrong-method') return wrongMethod(method, path, this.methodsOf(path));
    if (routing === 'malformed') return malformed(['the path is not properly percent-encoded']);
    const { route, params } = routing;
    const body = route.method === 'GET' ? null : parse(incoming.body);
    if (body === undefined) return malformed([bodyProblem(incoming.body)]);
    const reason = unkeepable(body);
    if (reason !== null) return malformed([reason]);
    const problems = this.problems(route, queryOf(path), body);
    if (problems.length > 0) return malformed(problems);
    return { request: route.toRequest({ params, body, requestId: incoming.requestId }) };
  }

  /** A route that says nothing of a query takes none: a parameter with a typo would be left out without a word. */
  private problems(route: Route<P>, query: Readonly<Record<string, string>>, body: Json): readonly string[] {
    const validate = this.validators.get(route);
    if (route.method === 'GET' && validate !== undefined) return validate(query);
    const unknown = Object.keys(query).map(
      (name) => `the query has an unknown property ${JSON.stringify(name)}`,
    );
    return [...unknown, ...(validate?.(body) ?? [])];
  }

  private methodsOf(path: string): readonly string[] {
    const found = new Set<string>();
    for (const { method } of this.routes) {
      if (typeof routeOf(this.routes, { method, path }) === 'object') found.add(method);
    }
    return [...found];
  }
}

/** The refusal of a request that makes no sense. */
export function malformed(problems: readonly string[], status = 400): Refusal {
  const { body } = errorAnswer('malformed-request', problems.join('; '), { problems });
  return { answer: { status, body } };
}

export function wrongMethod(method: string, path: string, allow: readonly string[]): Refusal {
  return { answer: errorAnswer('not-supported', `${path} takes ${allow.join(', ')}, not ${method}`), allow };
}

/** A 404 that no client can take for "no such key": its code says that the route is not supported. */
export function unknownPath(path: string, routes: readonly { method: string; path: string }[]): WireAnswer {
  const there = routes.map((route) => `${route.method} ${route.path}`).join(', ');
  const { body } = errorAnswer('not-supported', `there is no route ${path}; there are ${there}`);
  return { status: 404, body };
}

/** The JSON value of this text; undefined when it is none. */
export function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function bodyProblem(text: string): string {
  return text === '' ? 'the body is empty; it must be JSON' : 'the body is not JSON';
}

function queryOf(path: string): Record<string, string> {
  const at = path.indexOf('?');
  return at < 0 ? {} : Object.fromEntries(new URLSearchParams(path.slice(at + 1)));
}
