/** The quorum model: what it claims with which options, what it survives, and how to make a node. */
import type { Claim, NodeModel, OptionValues } from '../kernel/model.ts';
import { transportOption } from '../kernel/transport.ts';
import { bugSpecs } from './bugs.ts';
import { QuorumCore } from './core.ts';
import { routes, toAnswer } from './http.ts';
import { invariants } from './invariants.ts';
import type { QuorumProtocol } from './messages.ts';
import { messageSchemas } from './messageSchemas.ts';
import { optionSpecs, parseOptions, quorumsOf, sizedOptions, type QuorumOptions } from './options.ts';

const nodesDefault = 3;

/** Without a size of the cluster nobody knows whether quorums that are given as numbers meet; then they do not. */
function optionsOf(values: OptionValues): QuorumOptions {
  const isGiven = ['r', 'w'].some((name) => Number(values[name] ?? 0) > 0);
  return parseOptions(values, isGiven ? Number.MAX_SAFE_INTEGER : nodesDefault);
}

function claim(values: OptionValues): Claim {
  const options = optionsOf(values);
  const { n, sloppy, timestamps, readRepair, level } = options;
  const { r, w } = quorumsOf(options, level);
  const intersects = r + w > n;
  if (!intersects || sloppy || timestamps === 'wall')
    return eventual(options, whyEventual(options, intersects));
  if (readRepair === 'sync') {
    return {
      guarantees: ['linearizable'],
      because: `any ${r} replicas that are asked and any ${w} that hold a write share one, and a read answers only when ${w} hold what it returns`,
    };
  }
  const because = `any ${r} replicas that are asked and any ${w} that hold a write share one; but a read does not make sure that later ones see what it returns`;
  const { guarantees, ...settling } = eventual(options, because);
  return { ...settling, guarantees: ['regular', ...guarantees] };
}

function whyEventual({ timestamps, sloppy, level, r, w, n }: QuorumOptions, intersects: boolean): string {
  if (timestamps === 'wall') return 'clocks differ, so that the latest write may have an earlier timestamp';
  if (sloppy) return 'nodes that stand in for others are not among those that the next operation asks';
  if (!intersects && level !== 'QUORUM')
    return `with level ${level} a read may ask none of those that a write has reached`;
  return `with r = ${r} and w = ${w} of ${n} a read may ask none of those that a write has reached`;
}

/** A message may be lost, so an interval in which something reaches its node for sure has room for several. */
const attempts = 3;

/**
 * Every version reaches every replica in the end, if its coordinator keeps hints until then, or if replicas compare what
 * they hold (which does not find what only nodes that stand in keep).
 */
function eventual(options: QuorumOptions, because: string): Claim {
  const { handoff, sloppy, antiEntropyInterval, handoffInterval } = options;
  const compares = antiEntropyInterval > 0 && !sloppy;
  if (!handoff && !compares) {
    return { guarantees: [], because: `${because}; and nothing brings what a replica missed to it` };
  }
  const intervalMs = Math.max(500, attempts * (handoff ? handoffInterval : antiEntropyInterval));
  const deadlineMs = Math.max(10 * intervalMs, 10_000);
  return { guarantees: ['convergence'], because, converges: { intervalMs, deadlineMs } };
}

/** The time of day is no way to order writes when clocks are wrong. */
function survives(values: OptionValues): readonly string[] {
  const { timestamps } = optionsOf(values);
  return [
    'partition',
    'kill',
    'stop',
    'restart-all',
    'pause',
    'slow',
    'flaky',
    'disk',
    ...(timestamps === 'logical' ? ['clock'] : []),
  ];
}

export const quorum: NodeModel<QuorumProtocol> = {
  name: 'quorum',
  summary: 'registers read and written by quorums: ABD with many writers, and what Dynamo makes of it',
  nodesDefault,
  workloads: ['register', 'session'],
  api: 'quorum',
  survives,
  deduplicates: false,
  options: [...optionSpecs, transportOption],
  bugs: bugSpecs,
  invariants,
  routes,
  messageSchemas,
  claim,
  sized: sizedOptions,
  toAnswer,
  leaderless: true,
  leader: () => null,
  create: (init) => new QuorumCore(init),
};
