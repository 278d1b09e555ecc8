/**
 * Nodes lose power: they die as by a kill, and what no sync had covered is damaged before they start again: cut off,
 * torn (some of it never got to the disk, what came later did), or with bits flipped. Nothing is touched that a node had
 * been told to be durable, so a system that syncs before it answers survives that. A kill alone never shows a missing
 * sync, because the operating system keeps what was written.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Fault, FaultEffect } from './fault.ts';
import { choiceOf, namedNodes, pickWeighted, resolveTarget, targets, type Target } from './targets.ts';

const damages = ['cut', 'tear', 'flip'] as const;

const weights: Readonly<Record<Target, number>> = { one: 2, minority: 2, majority: 2, all: 2, leader: 3 };

export const disk: Fault = {
  name: 'disk',
  meaning:
    'SIGKILL to the node; what was written but not synced is cut, torn or flipped before it starts again',
  plot: { color: '#5a6c1d', label: 'disk' },
  lasts: { min: 0.08, max: 0.6 },
  draw: (prng, { aim }) => {
    const target = pickWeighted(prng, weights);
    return { target: aim ?? target, damage: prng.pick(damages) };
  },
  effect: (params, view, prng) => {
    const damage = choiceOf(params, 'damage', damages);
    const named = namedNodes(params, view);
    const target = named === null ? choiceOf(params, 'target', targets) : 'named';
    const nodes = target === 'named' ? (named ?? []) : resolveTarget(target, view, prng);
    if ('unavailable' in nodes) return nodes;
    return { down: nodes.map((node) => ({ node, by: damage })), resolved: { target, nodes, mode: damage } };
  },
};

/** The nodes whose disks an effect damages. */
export function damagedBy(effect: FaultEffect): readonly NodeId[] {
  return (effect.down ?? []).flatMap(({ node, by }) =>
    damages.some((damage) => damage === by) ? [node] : [],
  );
}
