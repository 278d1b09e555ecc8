/**
 * The client API: that of the key–value machine, whose requests are passed on as they came. What tells a read from a
 * write is what the machine makes of it: a transaction that only reads is a read. Pure mapping.
 */
import type { Route } from '../kernel/model.ts';
import type { WireRequest } from '../kernel/wire.ts';
import { keyValueRoutes } from '../machines/http.ts';
import type { ProxyProtocol } from './messages.ts';

type Passed = (typeof keyValueRoutes)[number];

/** The path that a request came by: its parameters put back. */
function pathOf({ path }: Passed, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function passedOn(route: Passed): Route<ProxyProtocol> {
  const { method, path, schema, meaning, example } = route;
  return {
    method,
    path,
    ...(schema && { schema }),
    meaning,
    example,
    toRequest: (input) => {
      const understood = route.toRequest(input);
      if (understood.type === 'malformed') return understood;
      const { requestId, body } = input;
      const request: WireRequest = {
        method,
        path: pathOf(route, input.params),
        ...(requestId !== undefined && { requestId }),
        ...(method === 'POST' && { body }),
      };
      return { type: 'pass-on', isRead: understood.type === 'query', request };
    },
  };
}

export const routes: readonly Route<ProxyProtocol>[] = keyValueRoutes.map(passedOn);
