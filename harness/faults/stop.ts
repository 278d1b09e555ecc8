/** Nodes are asked to end (SIGTERM) and started again: the orderly restart of every upgrade. */
import { nodeFault } from './nodeFault.ts';

export const stop = nodeFault({
  name: 'stop',
  meaning: 'SIGTERM to the node, started again on the same data when the fault ends',
  plot: { color: '#b56576', label: 'stop' },
  lasts: { min: 0.08, max: 0.6 },
  weights: { one: 3, minority: 2, majority: 1, all: 1, leader: 3 },
  take: (nodes) => ({ down: nodes.map((node) => ({ node, by: 'stop' })) }),
});
