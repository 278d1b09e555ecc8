/**
 * A node dies with its disk. What it had promised is forgotten, so it must never come back under its name: at the end of
 * the fault it is replaced by a new member with an empty disk, as an operator would do it.
 */
import type { Fault } from './fault.ts';
import { drawMember, memberOf, noNameLeft } from './memberTargets.ts';

export const rejoinEmpty: Fault = {
  name: 'rejoin-empty',
  meaning: 'a node is killed and its disk lost; a new, empty node takes its place when the fault ends',
  plot: { color: '#6a4c93', label: 'rejoin-empty' },
  lasts: { min: 0.1, max: 0.6 },
  draw: (prng, { aim }) => ({ target: drawMember(prng, aim) }),
  effect: (params, view, prng) => {
    const found = memberOf(params, view, prng);
    if ('unavailable' in found) return found;
    const { target, node, membership } = found;
    const { fresh, mayLose } = membership;
    if (!mayLose)
      return { unavailable: 'a majority might not be left without one more disk', isWorthAWait: true };
    if (fresh === null) return noNameLeft;
    return {
      members: { leaves: node, joins: fresh, isLasting: true, isLost: true },
      resolved: { target, nodes: [node], joins: fresh },
    };
  },
};
