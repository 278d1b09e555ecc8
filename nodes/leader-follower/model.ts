/** The leader–follower model as hosts and harness see it. */
import type { Claim, NodeModel, OptionValues } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { checkedMachine, prepareMachine } from '../machines/index.ts';
import { keptByOneLog } from '../machines/claims.ts';
import { bugSpecs } from './bugs.ts';
import { LeaderFollowerCore } from './core.ts';
import { routes, servedRoutes, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { LeaderFollowerProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { optionSpecs, parseOptions, type LeaderFollowerOptions } from './options.ts';

/** Whether a change of leaders may lose what was answered. A number of confirmations may be less than a majority. */
function mayLose(values: OptionValues): boolean {
  const { ack, failover } = parseOptions(values);
  return failover !== 'none' && ack !== 'majority' && ack !== 'all';
}

/**
 * Whose state reads show: the leader's, or something that is as current; or that of any node as it is. Without failover
 * entries are shown before a majority has them, so that the logs of a majority do not say what was shown.
 */
function readersOf({ failover, reads, proxy, proxyReads }: LeaderFollowerOptions): 'leader' | 'any' {
  if (!proxy || proxyReads !== 'quorum') return reads;
  return failover === 'none' ? 'any' : 'leader';
}

function claim(values: OptionValues): Claim {
  const options = parseOptions(values);
  const { failover, heartbeatInterval, heartbeatTimeout } = options;
  const reads = readersOf(options);
  // Before anybody copies anything, a leader may have to be found: one attempt takes two timeouts at most.
  const converges = {
    intervalMs: 2 * heartbeatTimeout + 2 * heartbeatInterval,
    deadlineMs: 10_000 + 20 * heartbeatTimeout,
  };
  if (mayLose(values)) {
    const because = 'a leader that is lost takes with it what it had answered and no majority had';
    // Where the leader alone answers reads, there is nobody else whose answers could agree with its own.
    if (reads === 'leader') return { guarantees: [], because };
    return {
      guarantees: ['convergence'],
      because: `${because}; in the end all nodes have the log of the last leader`,
      converges,
    };
  }
  if (reads === 'any' && options.proxy) {
    return {
      guarantees: ['convergence', ...keptByOneLog],
      because:
        'a proxy takes reads from node to node, each of which may be behind, and none of which loses anything',
      converges,
    };
  }
  if (reads === 'any') {
    return {
      guarantees: ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads', ...keptByOneLog],
      because:
        'a node answers from a prefix of the one log that only grows, a restart included, but may be behind what its client wrote',
      sessions: 'reads-at-one-node',
      // A node that lags when it is read last would else look like one that has lost what it is about to copy.
      converges,
    };
  }
  return {
    guarantees: ['linearizable', 'strict-serializable'],
    because: options.proxy
      ? 'nothing that was answered is lost, and whoever answers a read shows all that was answered when it came'
      : failover === 'none'
        ? 'one node takes all reads and writes for ever, and answers from a log that is on its disk'
        : 'what was answered is on the disks of a majority, of which the next leader is the most advanced, and a leader confirms by a round of heartbeats that nobody has followed it before it answers a read',
  };
}

export const leaderFollower: NodeModel<LeaderFollowerProtocol> = {
  name: 'leader-follower',
  summary: 'a leader writes a log, followers copy it; confirmations, failover and reads are options',
  nodesDefault: 3,
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
  survives: () => ['partition', 'kill', 'stop', 'restart-all', 'pause', 'slow', 'flaky', 'clock', 'disk'],
  // A request that was applied, and lost with its leader, is a new one to the next leader.
  deduplicates: (options) => !mayLose(options),
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  servedRoutes: (options) => servedRoutes(parseOptions(options).machine),
  claim,
  toAnswer,
  leader: ({ leader, epoch }) => ({ leader, term: epoch }),
  prepare: (options) => prepareMachine(parseOptions(options).machine),
  create: (init) => new LeaderFollowerCore(init),
};
