/** The registry of built-in API profiles, by the name of the API that a model has. */
import { routeOf, type ApiName, type NodeModel, type OptionValues } from '../../nodes/kernel/model.ts';
import { transportOf } from '../../nodes/kernel/transport.ts';
import type { ApiOperation, ApiProfile } from '../profile.ts';
import type { ActionKind } from '../workload.ts';
import { crdtProfile } from './crdt.ts';
import { overGrpc } from './grpc.ts';
import { keyValueProfile } from './keyValue.ts';
import { quorumProfile } from './quorum.ts';
import { sqlProfile } from './sql.ts';

export const profiles: Readonly<Record<ApiName, ApiProfile>> = {
  'key-value': keyValueProfile,
  sql: sqlProfile,
  quorum: quorumProfile,
  crdt: crdtProfile,
};

type Asked = Pick<NodeModel, 'api' | 'servedApi' | 'routes' | 'servedRoutes' | 'leaderless'>;

/** How clients speak to nodes of a model: as its API is spelled, by the transport that its options name. */
export function clientProfileOf(model: Asked, options: OptionValues): ApiProfile {
  const profile = apiProfileOf(model, options);
  return transportOf(options) === 'grpc' ? overGrpc(profile) : profile;
}

/** The profile of a model's API, without what it has no route for, or no leader. */
export function apiProfileOf(model: Asked, options: OptionValues): ApiProfile {
  const { leader, ...profile } = profiles[model.servedApi?.(options) ?? model.api];
  const routes = model.servedRoutes?.(options) ?? model.routes;
  const leads = model.leaderless !== true;
  // Every host answers `GET /leader`; whether somebody leads is the model's business.
  const isServed = ([kind, { method, path }]: [string, ApiOperation]): boolean =>
    kind === 'leader' ? leads : typeof routeOf(routes, { method, path: withoutTemplates(path) }) === 'object';
  const entries = Object.entries(profile.operations) as [ActionKind, ApiOperation][];
  return {
    ...profile,
    operations: Object.fromEntries(entries.filter(isServed)),
    options,
    ...(leads && leader !== undefined && { leader }),
  };
}

/** A path that any route takes which takes the filled in template. */
function withoutTemplates(path: string): string {
  return path.split('?', 1)[0]?.replaceAll(/\{[^}]*\}/g, 'x') ?? path;
}
