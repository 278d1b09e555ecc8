/** A client's request on its way to a core, as the real host has it: its own routes, the model's routes, refusals. */
import type { NodeModel } from '../../nodes/kernel/model.ts';
import { routeOf } from '../../nodes/kernel/model.ts';
import { type WireAnswer, type WireRequest, errorAnswer } from '../../nodes/kernel/wire.ts';

export type ToCore =
  | { readonly kind: 'request'; readonly request: unknown }
  | { readonly kind: 'refused'; readonly answer: WireAnswer };

/** Finds the route and maps the request. Bodies are not validated: generators make none that are malformed. */
export function toCore(model: NodeModel, request: WireRequest): ToCore {
  const routing = routeOf(model.routes, request);
  switch (routing) {
    case 'not-found':
      return { kind: 'refused', answer: { status: 404, body: null } };
    case 'wrong-method':
      return { kind: 'refused', answer: errorAnswer('not-supported', `not with ${request.method}`) };
    case 'malformed':
      return { kind: 'refused', answer: errorAnswer('malformed-request', 'the path is malformed') };
    default: {
      const { route, params } = routing;
      const { body = null, requestId } = request;
      return { kind: 'request', request: route.toRequest({ params, body, requestId }) };
    }
  }
}

/** The answer to a route of the host itself, from the last released status; null for a route of the model. */
export function answerOfHost(
  model: NodeModel,
  request: WireRequest,
): ((status: unknown) => WireAnswer) | null {
  if (request.method !== 'GET' || request.path !== '/leader') return null;
  return (status) => {
    if (status === null) return errorAnswer('temporarily-unavailable', 'nothing is released yet');
    const leader = model.leader(status);
    if (leader === null) return errorAnswer('not-supported', 'this model has no leader');
    return { status: 200, body: { leader: leader.leader, term: leader.term } };
  };
}
