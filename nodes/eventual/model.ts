/** The eventual store as a model: what it claims with which options, what it survives, and how to make a node. */
import type { Claim, NodeModel, OptionValues } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { bugSpecs } from './bugs.ts';
import { EventualCore } from './core.ts';
import { answered, carried, routes, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { EventualProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { optionSpecs, parseOptions } from './options.ts';

/** A push into a cut is given up after a second (nodes/host/carrier.ts): shorter intervals make nobody agree sooner. */
const intervalMsMin = 500;
const deadlineMsMin = 10_000;
const intervalsMax = 10;

function claim(values: OptionValues): Claim {
  const { syncIntervalMs, resolve } = parseOptions(values);
  return {
    guarantees: ['convergence', 'no-lost-writes'],
    because:
      'replicas exchange all that they have, and what is left when versions meet does not depend on who met whom first; a write is replaced only by one that knew of it, or by a concurrent one that wins at every node',
    converges: {
      intervalMs: Math.max(syncIntervalMs, intervalMsMin),
      deadlineMs: Math.max(intervalsMax * syncIntervalMs, deadlineMsMin),
    },
    ...(resolve === 'siblings' && { siblings: true }),
  };
}

export const eventual: NodeModel<EventualProtocol> = {
  name: 'eventual',
  summary:
    'every node takes reads and writes; version vectors and anti-entropy make the nodes agree in the end',
  nodesDefault: 3,
  workloads: ['register', 'deletion', 'session', 'inventory'],
  api: 'key-value',
  survives: () => ['partition', 'kill', 'stop', 'restart-all', 'pause', 'slow', 'flaky', 'clock', 'disk'],
  deduplicates: false,
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  claim,
  carried,
  answered,
  toAnswer,
  leaderless: true,
  leader: () => null,
  create: (init) => new EventualCore(init),
};
