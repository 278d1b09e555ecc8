/**
 * A model: a reference implementation of one consistency model, with all that hosts, harness and command line need to
 * know of it. The registry `nodes/index.ts` lists them.
 */
import type { NodeId } from './ids.ts';
import type { Prng } from './prng.ts';
import type { Protocol, ProtocolCore } from './protocol.ts';
import type { Json, WireAnswer, WireRequest } from './wire.ts';

/** Names of consistency levels; each is judged by the checker of that name. */
export const guarantees = [
  'strict-serializable',
  'serializable',
  'snapshot-isolation',
  'read-committed',
  'linearizable',
  'regular',
  'sequential',
  'ccv',
  'cm',
  'cc',
  'pram',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'convergence',
  'no-lost-writes',
  'never-oversold',
  'mutual-exclusion',
] as const;
export type Guarantee = (typeof guarantees)[number];

/** An option of a model (`--set name=value`). Values are strings on the command line and typed after parsing. */
export type OptionSpec = {
  readonly name: string;
  readonly meaning: string;
  /** Other values that a simulation may try by itself, to get more out of a run. None of them changes the claim. */
  readonly vary?: readonly (string | number)[];
  /** What a node keeps can only be read with the same value: on another one it does not start again. */
  readonly isKept?: true;
} & (
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | {
      readonly type: 'number';
      readonly min: number;
      readonly max: number;
      readonly default: number;
      /** A duration may be given as "5s" or "500ms", too. */
      readonly unit?: 'ms';
    }
);
export type OptionValues = Readonly<Record<string, string | number>>;

/** A deliberately planted mistake, switched on with `--bug NAME`. */
export interface BugSpec {
  readonly name: string;
  /** The mistake, in a sentence. */
  readonly mistake: string;
  /** What reveals it: the invariant or checker, and the faults that it takes. */
  readonly revealedBy: string;
}

/** A JSON schema (draft 7) of a request body. */
export type JsonSchema = { readonly [key: string]: unknown };

/** A schema for each `type` of message; null for those that never come in a batch: they are carried, or made by the host. */
export type MessageSchemas<Message> = [Message] extends [{ readonly type: string }]
  ? { readonly [Type in Message['type']]: JsonSchema | null }
  : Readonly<Record<string, JsonSchema | null>>;

/** One client route. `path` has `:name` segments: `/get/:key`. */
export interface Route<P extends Protocol> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Other nodes ask it, too, and their bodies may be as large as batches of messages are. */
  readonly fromPeers?: true;
  /** For GET: the schema of the query parameters (all strings). For POST: of the body. */
  readonly schema?: JsonSchema;
  readonly meaning: string;
  /** An example path and body for the curl lines that are shown to people. */
  readonly example: { readonly path: string; readonly body?: Json };
  /** Maps a request that has passed the schema. `params` are the decoded `:name` segments and query parameters. */
  toRequest(input: {
    readonly params: Readonly<Record<string, string>>;
    readonly body: Json;
    readonly requestId: string | undefined;
  }): P['request'];
}

/** What one node needs to come to life. */
export interface CoreInit<P extends Protocol> {
  readonly self: NodeId;
  /** The other nodes of the cluster as it was set up; empty for a node that is to be added to a running one. */
  readonly peers: readonly NodeId[];
  /** Forked by seed, node and incarnation. Nothing that must be unique may come from it. */
  readonly prng: Prng;
  /** Which life of this node it is, from 1: journaled before the core lives, so no two lives share the number. */
  readonly incarnation?: number;
  /** The journal of the earlier incarnations, in order; empty for a fresh node. */
  readonly recovered: readonly P['record'][];
  readonly options: OptionValues;
  readonly bug: string | null;
}

/**
 * A named safety property over all nodes of a run. An observer is made for each run; it is shown every status as it is
 * released, remembers what it needs, and answers with a sentence once the property is broken. Cost must be O(change).
 */
export interface Invariant<P extends Protocol> {
  readonly name: string;
  /** Paper and section. */
  readonly source: string;
  readonly meaning: string;
  observer(): (released: { node: NodeId; incarnation: number; status: P['status'] }) => string | null;
}

/** What a model with these options promises to clients, and what the harness must know to judge it. */
export interface Claim {
  readonly guarantees: readonly Guarantee[];
  /** What the claim rests on, in a sentence (shown in reports). */
  readonly because: string;
  /** Which processes it is made for; `roaming` when absent. */
  readonly sessions?: Sessions;
  /** How soon replicas agree once nothing is written any more; absent where every read shows the same at any node. */
  readonly converges?: Settling;
  /** What a node has acknowledged its own answers show from then on, whatever the others know. */
  readonly showsOwn?: true;
  /**
   * Values stand side by side whose writers did not know of each other. A write replaces what its client had seen, as the
   * context says that it gives back.
   */
  readonly siblings?: true;
}

/**
 * At the end of a run every node is read, again and again, until all answer the same. Answers that differ and have not
 * changed for five intervals never will agree; those that still change after `deadlineMs` decide nothing.
 */
export interface Settling {
  /** How often replicas exchange what they have. */
  readonly intervalMs: number;
  readonly deadlineMs: number;
}

/**
 * How the processes of clients choose nodes. `roaming`: each operation goes to any node. `one-node`: all operations of a
 * process are answered by one node. `reads-at-one-node`: all its reads are; what writes goes to any node.
 */
export type Sessions = 'roaming' | 'one-node' | 'reads-at-one-node';

/**
 * Requests to whoever leads, answered with 200 once the change is made. Asking again for what is so already is answered
 * with 200, too.
 */
export interface MembershipRequests {
  /** Makes a member of a running node that belongs to no cluster. */
  add(node: NodeId): WireRequest;
  remove(node: NodeId): WireRequest;
}

export const apiNames = ['key-value', 'sql', 'quorum', 'crdt'] as const;
/** The APIs that models have: which routes, which bodies. */
export type ApiName = (typeof apiNames)[number];

/** Processes in front of the nodes: then clients talk to these alone. */
export interface Front {
  readonly model: NodeModel;
  /** How many, and how they are set up, with these options of the model behind; null where they want none. */
  of(options: OptionValues): { readonly count: number; readonly options: OptionValues } | null;
}

export interface NodeModel<P extends Protocol = Protocol> {
  readonly name: string;
  readonly summary: string;
  readonly nodesDefault: number;
  /** How clients speak to it: the name of a built-in API profile (harness/profiles). */
  readonly api: ApiName;
  /** Names of workloads it can serve, the default one first. */
  readonly workloads: readonly string[];
  /** Names of the faults that it claims to survive with these options. */
  survives(options: OptionValues): readonly string[];
  /** Whether a request with a `Request-Id` may be sent again without taking effect twice. */
  readonly deduplicates: boolean | ((options: OptionValues) => boolean);
  readonly options: readonly OptionSpec[];
  readonly bugs: readonly BugSpec[];
  readonly invariants: readonly Invariant<P>[];
  readonly routes: readonly Route<P>[];
  /** Those of the routes that make sense with these options; the others refuse. Absent when all do. */
  servedRoutes?(options: OptionValues): readonly Route<P>[];
  /** How clients speak to it with these options; `api` when absent. */
  servedApi?(options: OptionValues): ApiName;
  /** What a workload needs instead of the defaults of the options (a set, a counter); whatever is given goes first. */
  defaultsFor?(workload: string): OptionValues;
  /**
   * The options in a cluster of so many nodes, where some depend on that. Throws `OptionsError` for what such a cluster
   * cannot have.
   */
  sized?(options: OptionValues, nodes: number): OptionValues;
  claim(options: OptionValues): Claim;
  /** Declared by the registry: a model knows no other one. */
  readonly front?: Front;
  /** What nodes say to each other in batches: hosts refuse all else, so that a core only sees messages of this form. */
  readonly messageSchemas: MessageSchemas<P['message']>;
  /**
   * Messages that travel as HTTP requests of their own, in a form that programs of others understand: the request, or
   * null for one that goes with the batches of `/peer`. The node that is asked takes it by its client routes.
   */
  carried?(message: P['message']): WireRequest | null;
  /**
   * What the asked node's answer to a carried message tells the core, as a message from that node; null when nothing.
   * `answer` is null when none came in time: that, too, promises nothing (host law 4).
   */
  answered?(message: P['message'], answer: WireAnswer | null): P['message'] | null;
  toAnswer(response: P['response']): WireAnswer;
  /** How the members of a running cluster are changed; absent where they cannot be. */
  readonly membership?: MembershipRequests;
  /** Nobody ever leads: faults that would be aimed at the leader are aimed at any node. */
  readonly leaderless?: true;
  /** Who leads, as this status says; null for models without a leader. Served as `GET /leader`. */
  leader(status: P['status']): { readonly leader: NodeId | null; readonly term: number } | null;
  /** Loads what cores with these options need; has ended before the first one of a process is made. */
  prepare?(options: OptionValues): Promise<void>;
  create(init: CoreInit<P>): ProtocolCore<P>;
}

/** A request after routing: the route, and its decoded parameters. */
export interface Routed<P extends Protocol> {
  readonly route: Route<P>;
  readonly params: Readonly<Record<string, string>>;
}

/** The route that a request takes, or the reason why there is none: no such path, or not with this method. */
export type Routing<P extends Protocol> = Routed<P> | 'not-found' | 'wrong-method' | 'malformed';

/** Finds the route of a request: segments are compared literally, `:name` takes one non-empty decoded segment. */
export function routeOf<P extends Protocol>(
  routes: readonly Route<P>[],
  request: Pick<WireRequest, 'method' | 'path'>,
): Routing<P> {
  const [pathname = '', query = ''] = request.path.split('?', 2);
  const segments = pathname.split('/');
  let found: Routing<P> = 'not-found';
  for (const route of routes) {
    const params = matchSegments(route.path.split('/'), segments);
    if (params === null) continue;
    if (params === 'malformed') return 'malformed';
    if (route.method !== request.method) {
      found = 'wrong-method';
      continue;
    }
    return {
      route,
      params: query === '' ? params : { ...Object.fromEntries(new URLSearchParams(query)), ...params },
    };
  }
  return found;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | 'malformed' | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (!expected.startsWith(':')) {
      if (expected !== segment) return null;
      continue;
    }
    if (segment === '') return null;
    try {
      params[expected.slice(1)] = decodeURIComponent(segment);
    } catch {
      return 'malformed';
    }
  }
  return params;
}
