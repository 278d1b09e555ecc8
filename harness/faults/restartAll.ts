/**
 * All nodes end at once and come back: a power cut, or an upgrade that took everybody down. Nobody is left who remembers
 * what was not written, so the cluster has to go on from its disks alone.
 */
import type { Fault } from './fault.ts';
import { choiceOf, pickWeighted } from './targets.ts';

const manners = ['kill', 'stop'] as const;

export const restartAll: Fault = {
  name: 'restart-all',
  meaning: 'SIGKILL, or SIGTERM, to all nodes at once; all are started again on the same data',
  plot: { color: '#8f2d56', label: 'restart-all' },
  lasts: { min: 0.05, max: 0.25 },
  // Whoever leads is hit anyway: there is nothing to aim at.
  draw: (prng) => ({ target: 'all', by: pickWeighted(prng, { kill: 2, stop: 1 }) }),
  effect: (params, { nodes }) => {
    const target = choiceOf(params, 'target', ['all']);
    const by = choiceOf(params, 'by', manners);
    return { down: nodes.map((node) => ({ node, by })), resolved: { target, nodes, by } };
  },
};
