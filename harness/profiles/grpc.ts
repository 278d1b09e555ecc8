/**
 * The service of nodes/host/kv.proto as an API profile: paths are methods, bodies say the fields of messages. It is made
 * from the profile of the same service over HTTP, so that an operation means the same however it travels.
 */
import { rpcPath, type Rpc } from '../../nodes/kernel/transport.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { ApiOperation, ApiProfile } from '../profile.ts';
import type { ActionKind } from '../workload.ts';

/** Which method does what a route does. */
const methods: Readonly<Record<string, Rpc>> = {
  'GET /get/{key}': 'Read',
  'GET /client_read/{key}': 'Read',
  'GET /register/{key}': 'Read',
  'POST /put': 'Write',
  'POST /client_write': 'Write',
  'POST /register/{key}': 'Write',
  'POST /cas': 'Cas',
  'POST /delete': 'Delete',
  'POST /txn': 'Txn',
  'GET /leader': 'Leader',
};

const seen = { context: '{context.context}', session: '{context.session}' };

/** What the messages of a method hold; those of the others hold what the bodies of their routes do. */
const bodies: Readonly<Partial<Record<Rpc, Json>>> = {
  Read: { key: '{key}', level: '{option.level}', session: seen.session },
  Write: { key: '{key}', value: '{value}', level: '{option.level}', ...seen },
  Delete: { key: '{key}', ...seen },
};

/** The same operations; those for which the service has no method are left out. */
export function overGrpc(profile: ApiProfile): ApiProfile {
  const { operations, options, leader } = profile;
  const entries = Object.entries(operations) as [ActionKind, ApiOperation][];
  return {
    name: `${profile.name} over gRPC`,
    operations: Object.fromEntries(
      entries.flatMap(([kind, operation]) => {
        const called = calledAs(operation);
        return called === null ? [] : [[kind, called]];
      }),
    ),
    contexts: {
      context: { field: 'context', scope: 'key' },
      session: { field: 'session', scope: 'session' },
    },
    ...(options !== undefined && { options }),
    ...(leader !== undefined && { leader: { method: 'POST', path: rpcPath('Leader') } }),
  };
}

function calledAs(operation: ApiOperation): ApiOperation | null {
  const { method, path } = operation;
  const rpc = methods[`${method} ${path.split('?', 1)[0] ?? ''}`];
  if (rpc === undefined) return null;
  return { ...operation, method: 'POST', path: rpcPath(rpc), body: bodies[rpc] ?? operation.body ?? {} };
}
