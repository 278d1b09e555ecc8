/**
 * The client API: that of the machine, and the old routes of the course, whose names, bodies and statuses are
 * as they were there. Pure mapping.
 */
import { errorKind } from '../kernel/errors.ts';
import type { JsonSchema, Route } from '../kernel/model.ts';
import { errorAnswer, type Json, type WireAnswer } from '../kernel/wire.ts';
import { answerOfResult, key, operationRequest, redirectAnswer } from '../machines/http.ts';
import { machineRoutes, routesOfMachine, type MachineName } from '../machines/index.ts';
import type { KeyValues } from '../machines/keyValue.ts';
import type { LeaderFollowerProtocol, Outcome, Request, Response } from './messages.ts';

/** `{<key>: <value>, …}`. */
const keysWithValues: JsonSchema = { type: 'object', minProperties: 1, propertyNames: key };

function valuesOf(body: Json): KeyValues {
  return Object.entries(body as { readonly [key: string]: Json });
}

/** All keys at one moment, or none. */
function writeAllRequest(values: KeyValues, requestId: string | undefined): Request {
  const txn = values.map(([key, value]) => ['w', key, value] as const);
  const request = operationRequest({ type: 'txn', txn }, requestId);
  return request.type === 'operation' ? { ...request, type: 'write-all' } : request;
}

const courseRoutes: readonly Route<LeaderFollowerProtocol>[] = [
  {
    method: 'POST',
    path: '/escribir',
    schema: keysWithValues,
    meaning: 'writes all keys of the body; 403 unless this node leads, 500 when too few followers confirm it',
    example: { path: '/escribir', body: { k1: 1 } },
    toRequest: ({ body, requestId }) => writeAllRequest(valuesOf(body), requestId),
  },
  {
    method: 'POST',
    path: '/replicar',
    schema: keysWithValues,
    meaning: 'what a leader without epochs sends its followers; 403 on a leader',
    example: { path: '/replicar', body: { k1: 1 } },
    toRequest: ({ body }) => ({ type: 'replicate', values: valuesOf(body) }),
  },
  {
    method: 'GET',
    path: '/heartbeat',
    meaning: 'whether this node is alive',
    example: { path: '/heartbeat' },
    toRequest: () => ({ type: 'heartbeat' }),
  },
  {
    method: 'GET',
    path: '/',
    meaning: 'who this node is, whom it follows, and whom it hears',
    example: { path: '/' },
    toRequest: () => ({ type: 'about' }),
  },
];

/** Everything that a client may ask. */
export const routes: readonly Route<LeaderFollowerProtocol>[] = [...machineRoutes, ...courseRoutes];

/** Those that make sense to a node with this machine: the old ones read and write keys, but for those that tell of it. */
export function servedRoutes(machine: MachineName): readonly Route<LeaderFollowerProtocol>[] {
  const others = machine === 'kv' ? courseRoutes : courseRoutes.filter(({ method }) => method === 'GET');
  return [...routesOfMachine(machine), ...others];
}

/** 200 with the result, or the status of the error. */
export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'course':
      return courseAnswer(response.outcome);
    case 'replicated':
      return { status: 200, body: { success: 'kept in the log of this follower' } };
    case 'leads-itself':
      return forbidden('this node leads, and copies nobody');
    case 'about':
      return { status: 200, body: response.about };
    case 'not-leader':
      return redirectAnswer(response.leader);
    default:
      return answerOfResult(response);
  }
}

function courseAnswer(outcome: Outcome): WireAnswer {
  switch (outcome.type) {
    case 'not-leader':
      return forbidden('this node does not lead', { leader: outcome.leader });
    case 'refused': {
      if (outcome.error !== 'timeout') return answerOfResult(outcome);
      // The write is in the leader's log and may still be kept: nothing definite may be said.
      const { body } = errorAnswer('timeout', outcome.why);
      return { status: 500, body };
    }
    default:
      return { status: 200, body: { success: 'written, and confirmed by enough followers' } };
  }
}

/** Definite: nothing was started here. */
function forbidden(error: string, more: { readonly [name: string]: Json } = {}): WireAnswer {
  const { code } = errorKind('temporarily-unavailable');
  return { status: 403, body: { error, code, ...more } };
}
