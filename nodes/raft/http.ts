/** The client API: that of the machine, and what is asked of the cluster itself. Pure mapping. */
import type { NodeId } from '../kernel/ids.ts';
import type { JsonSchema, MembershipRequests, Route } from '../kernel/model.ts';
import type { Json, WireAnswer } from '../kernel/wire.ts';
import { answerOfResult, body, redirectAnswer } from '../machines/http.ts';
import { machineRoutes, routesOfMachine, type MachineName } from '../machines/index.ts';
import type { RaftProtocol, Response } from './messages.ts';

const node: JsonSchema = { type: 'string', pattern: '^n[1-9][0-9]*$' };

/** Bodies have passed their schema; this is where they get their types. */
type Fields = { readonly node: NodeId; readonly to: NodeId };
const fields = (value: Json): Fields => value as unknown as Fields;

const adminRoutes: readonly Route<RaftProtocol>[] = [
  {
    method: 'POST',
    path: '/members/add',
    schema: body({ node }),
    meaning: 'adds a running node to the cluster, once it has caught up',
    example: { path: '/members/add', body: { node: 'n6' } },
    toRequest: ({ body }) => ({ type: 'add-member', node: fields(body).node }),
  },
  {
    method: 'POST',
    path: '/members/remove',
    schema: body({ node }),
    meaning: 'takes a node out of the cluster; a leader that is taken out steps down',
    example: { path: '/members/remove', body: { node: 'n2' } },
    toRequest: ({ body }) => ({ type: 'remove-member', node: fields(body).node }),
  },
  {
    method: 'POST',
    path: '/transfer',
    schema: body({ to: node }),
    meaning: 'hands leadership over',
    example: { path: '/transfer', body: { to: 'n2' } },
    toRequest: ({ body }) => ({ type: 'transfer', to: fields(body).to }),
  },
];

/** The requests of the routes above, for whoever changes the members of a running cluster. */
export const membership: MembershipRequests = {
  add: (node) => ({ method: 'POST', path: '/members/add', body: { node } }),
  remove: (node) => ({ method: 'POST', path: '/members/remove', body: { node } }),
};

/** Everything a client may ask of a Raft node. */
export const routes: readonly Route<RaftProtocol>[] = [...machineRoutes, ...adminRoutes];

/** Those that make sense to a node with this machine. */
export function servedRoutes(machine: MachineName): readonly Route<RaftProtocol>[] {
  return [...routesOfMachine(machine), ...adminRoutes];
}

/** 200 with the result, or the status of the error. */
export function toAnswer(response: Response): WireAnswer {
  switch (response.type) {
    case 'members':
      return { status: 200, body: { status: 'success', members: response.members } };
    case 'transferred':
      return { status: 200, body: { status: 'success', leader: response.leader } };
    case 'not-leader':
      return redirectAnswer(response.leader);
    default:
      return answerOfResult(response);
  }
}
