/**
 * Nodes freeze (SIGSTOP) and go on as if nothing had happened: what long garbage collections and suspended machines do.
 * A leader that wakes up late may still think that it leads.
 */
import { nodeFault } from './nodeFault.ts';

export const pause = nodeFault({
  name: 'pause',
  meaning: 'SIGSTOP to the node, SIGCONT when the fault ends',
  plot: { color: '#edae49', label: 'pause' },
  lasts: { min: 0.2, max: 0.7 },
  weights: { one: 3, minority: 2, majority: 1, all: 0.5, leader: 4 },
  take: (nodes) => ({ paused: nodes }),
});
