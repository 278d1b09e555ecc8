/** Raft as a model: what it claims with which options, what it survives, and how to make a node. */
import type { Claim, NodeModel, OptionValues, Settling } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { checkedMachine, prepareMachine } from '../machines/index.ts';
import { keptByOneLog } from '../machines/claims.ts';
import { bugSpecs } from './bugs.ts';
import { RaftCore } from './core.ts';
import { membership, routes, servedRoutes, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { RaftProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { clockDriftRatio, optionSpecs, parseOptions, type RaftOptions } from './options.ts';

/**
 * Behind proxies. They go from node to node, so a claim for processes that stay with one node would be made for nobody;
 * and a proxy that restarts has forgotten whom it asked.
 */
function claimBehindProxies(options: RaftOptions): Claim {
  const { reads, proxyReads } = options;
  if (proxyReads === 'quorum') {
    return {
      guarantees: ['linearizable', 'strict-serializable'],
      because:
        'every write goes through the log, and a node answers a read when it has applied all that the logs of a majority held after the read came',
    };
  }
  if (reads === 'read-index' || reads === 'lease') {
    return {
      guarantees: ['linearizable', 'strict-serializable'],
      because:
        'every write goes through the log, and whoever answers a read has applied all that was committed when the leader confirmed that it still led',
    };
  }
  return {
    guarantees: ['convergence', ...keptByOneLog],
    because:
      'a proxy takes reads from node to node, each of which may be behind, and none of which loses anything',
    converges: settlingOf(options),
  };
}

/**
 * A node that lags when it is read last would else look like one that has lost what it is about to copy. Before anybody
 * copies anything, a leader may have to be elected: a timeout is twice the shortest at most.
 */
function settlingOf({ electionTimeoutMs, heartbeatMs }: RaftOptions): Settling {
  return {
    intervalMs: 2 * electionTimeoutMs + 2 * heartbeatMs,
    deadlineMs: 10_000 + 20 * electionTimeoutMs,
  };
}

function claim(values: OptionValues): Claim {
  const options = parseOptions(values);
  if (options.proxy) return claimBehindProxies(options);
  switch (options.reads) {
    case 'read-index':
      return {
        guarantees: ['linearizable', 'strict-serializable'],
        because:
          'every write goes through the log, and a leader confirms that it still leads before it answers a read',
      };
    case 'lease':
      return {
        guarantees: ['linearizable', 'strict-serializable'],
        because: `no other leader can be elected while a leader answers from its lease, as long as monotonic clocks drift apart by less than ${clockDriftRatio * 100} %`,
      };
    case 'leader':
      return {
        guarantees: ['sequential', 'ccv', ...keptByOneLog],
        because:
          'a deposed leader may still answer reads from the past, but a process that is answered by one node alone moves forward along one log',
        sessions: 'one-node',
      };
    case 'follower':
      return {
        guarantees: ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads', ...keptByOneLog],
        because:
          'a node answers from a prefix of the one log that only grows, a restart included, but may be behind what its client wrote',
        sessions: 'reads-at-one-node',
        converges: settlingOf(options),
      };
  }
}

/** Proxies know those nodes that there were when they were started. */
function survives(values: OptionValues): readonly string[] {
  const changes = parseOptions(values).proxy ? [] : ['membership', 'rejoin-empty'];
  return ['partition', 'kill', 'stop', 'restart-all', ...changes, 'pause', 'slow', 'flaky', 'clock', 'disk'];
}

export const raft: NodeModel<RaftProtocol> = {
  name: 'raft',
  summary: "Raft, complete, as in Ongaro's thesis: a replicated log, and a key–value store on it",
  nodesDefault: 5,
  workloads: [
    'register',
    'deletion',
    'append',
    'list-append',
    'set',
    'counter',
    'queue',
    'bank',
    'lock',
    'inventory',
    'session',
    'leader',
  ],
  api: 'key-value',
  sized: checkedMachine,
  servedApi: (options) => (parseOptions(options).machine === 'sql' ? 'sql' : 'key-value'),
  survives,
  deduplicates: true,
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  servedRoutes: (options) => servedRoutes(parseOptions(options).machine),
  membership,
  claim,
  toAnswer,
  leader: ({ leader, term }) => ({ leader, term }),
  prepare: (options) => prepareMachine(parseOptions(options).machine),
  create: (init) => new RaftCore(init),
};
