/** What `kill`, `stop` and `pause` share: they take whole nodes, and differ in what becomes of them. */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Fault, FaultEffect } from './fault.ts';
import { choiceOf, namedNodes, pickWeighted, resolveTarget, targets, type Target } from './targets.ts';

/** A fault of whole nodes: its targets are drawn with these weights. */
export function nodeFault(
  description: Pick<Fault, 'name' | 'meaning' | 'plot' | 'lasts'> & {
    readonly weights: Readonly<Record<Target, number>>;
    readonly take: (nodes: readonly NodeId[]) => Pick<FaultEffect, 'down' | 'paused'>;
  },
): Fault {
  const { weights, take, ...fault } = description;
  return {
    ...fault,
    draw: (prng, { aim }) => ({ target: aim ?? pickWeighted(prng, weights) }),
    effect: (params, view, prng) => {
      const named = namedNodes(params, view);
      if (named !== null) return { ...take(named), resolved: { target: 'named', nodes: named } };
      const target = choiceOf(params, 'target', targets);
      const nodes = resolveTarget(target, view, prng);
      return 'unavailable' in nodes ? nodes : { ...take(nodes), resolved: { target, nodes } };
    },
  };
}
