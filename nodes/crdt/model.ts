/** Replicated data types as a model: what it claims with which options, what it survives, and how to make a node. */
import type { Claim, NodeModel, OptionValues } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { bugSpecs } from './bugs.ts';
import { CrdtCore } from './core.ts';
import { answered, carried, routes, routesOf, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { CrdtProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { optionSpecs, parseOptions } from './options.ts';

/** A push into a cut is given up after a second (nodes/host/carrier.ts): shorter intervals make nobody agree sooner. */
const intervalMsMin = 500;
const deadlineMsMin = 10_000;
const intervalsMax = 10;

/** What a workload needs, where the default does not serve it. */
const typeFor: Readonly<Record<string, string>> = {
  counter: 'g-counter',
  set: 'or-set',
  register: 'lww-register',
  inventory: 'bounded-counter',
};

function claim(values: OptionValues): Claim {
  const { type, syncIntervalMs } = parseOptions(values);
  const isBounded = type === 'bounded-counter';
  return {
    guarantees: ['convergence', 'no-lost-writes', ...(isBounded ? (['never-oversold'] as const) : [])],
    because: isBounded
      ? 'replicas join all that they know, in any order; and whoever takes uses up rights that nobody else has'
      : 'replicas join all that they know, and a join is the same in any order, however often; an operation only ever adds to that',
    converges: {
      intervalMs: Math.max(syncIntervalMs, intervalMsMin),
      deadlineMs: Math.max(intervalsMax * syncIntervalMs, deadlineMsMin),
    },
    showsOwn: true,
    ...(type === 'mv-register' && { siblings: true }),
  };
}

function survives(values: OptionValues): readonly string[] {
  const crashes = parseOptions(values).isDurable ? ['kill', 'stop', 'restart-all', 'disk'] : [];
  return ['partition', ...crashes, 'pause', 'slow', 'flaky', 'clock'];
}

export const crdt: NodeModel<CrdtProtocol> = {
  name: 'crdt',
  summary:
    'counters, sets and registers that every node changes on its own, and that merge without conflicts',
  nodesDefault: 3,
  workloads: ['counter', 'set', 'register', 'inventory'],
  api: 'crdt',
  survives,
  deduplicates: false,
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  servedRoutes: (options) => routesOf(parseOptions(options).type),
  defaultsFor: (workload) => {
    const type = typeFor[workload];
    return type === undefined ? {} : { type };
  },
  claim,
  carried,
  answered,
  toAnswer,
  leaderless: true,
  leader: () => null,
  create: (init) => new CrdtCore(init),
};
