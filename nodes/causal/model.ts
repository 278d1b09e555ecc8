/** The causal store as a model: what it claims with which options, what it survives, and how to make a node. */
import type { Claim, NodeModel, OptionValues } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { bugSpecs } from './bugs.ts';
import { CausalCore } from './core.ts';
import { routes, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { CausalProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { optionSpecs, parseOptions } from './options.ts';

/** A link that was cut may take a while until it carries messages again: shorter intervals make nobody agree sooner. */
const intervalMsMin = 500;
const deadlineMsMin = 10_000;
const intervalsMax = 10;

function claim(values: OptionValues): Claim {
  const { sessions, syncIntervalMs } = parseOptions(values);
  const rule =
    sessions === 'sticky'
      ? 'a session sees what its node has applied'
      : 'a session carries what it has seen, and a node answers it when it has applied that';
  return {
    guarantees: ['ccv', 'convergence', 'no-lost-writes'],
    because: `writes are applied after all that their writers can have seen; ${rule}; the latest in a total order that extends causality stays, at every node`,
    sessions: sessions === 'sticky' ? 'one-node' : 'roaming',
    converges: {
      intervalMs: Math.max(syncIntervalMs, intervalMsMin),
      deadlineMs: Math.max(intervalsMax * syncIntervalMs, deadlineMsMin),
    },
  };
}

export const causal: NodeModel<CausalProtocol> = {
  name: 'causal',
  summary: 'every node takes reads and writes, and shows nothing before what it depends on (causal+)',
  nodesDefault: 3,
  workloads: ['register', 'session'],
  api: 'key-value',
  survives: () => ['partition', 'kill', 'stop', 'restart-all', 'pause', 'slow', 'flaky', 'clock', 'disk'],
  deduplicates: false,
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  claim,
  toAnswer,
  leaderless: true,
  leader: () => null,
  create: (init) => new CausalCore(init),
};
