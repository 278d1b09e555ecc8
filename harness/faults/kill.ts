/**
 * Nodes die without a word (SIGKILL) and come back on the data that they had written. Also all at once: what was
 * acknowledged is on disk, so a durable system survives that too.
 */
import { nodeFault } from './nodeFault.ts';

export const kill = nodeFault({
  name: 'kill',
  meaning: 'SIGKILL to the node, started again on the same data when the fault ends',
  plot: { color: '#d1495b', label: 'kill' },
  lasts: { min: 0.08, max: 0.6 },
  weights: { one: 3, minority: 2, majority: 1, all: 1, leader: 3 },
  take: (nodes) => ({ down: nodes.map((node) => ({ node, by: 'kill' })) }),
});
