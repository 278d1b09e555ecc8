/** What `slow` and `flaky` share: one rule for every link to and from the nodes of a target. */
import type { Json } from '../../nodes/kernel/wire.ts';
import type { LinkRule } from '../world.ts';
import type { ClusterView, FaultEffect, ScheduleEntry, Unavailable } from './fault.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import { choiceOf, pickWeighted, resolveTarget, targets, type Target } from './targets.ts';

/** Mostly few nodes: when all links are bad, little happens that could go wrong. */
const weights: Readonly<Record<Target, number>> = { one: 2, minority: 2, majority: 1, all: 2, leader: 3 };

export function drawTarget(prng: Prng, aim: 'leader' | undefined): Target {
  const drawn = pickWeighted(prng, weights);
  return aim ?? drawn;
}

/** The rule on every link that begins or ends at a node of the target. */
export function linkEffect(
  params: ScheduleEntry['params'],
  view: ClusterView,
  prng: Prng,
  rule: Partial<LinkRule>,
): FaultEffect | Unavailable {
  const target = choiceOf(params, 'target', targets);
  const nodes = resolveTarget(target, view, prng);
  if ('unavailable' in nodes) return nodes;
  const hit = new Set(nodes);
  const links = view.nodes.flatMap((from) =>
    view.nodes
      .filter((to) => to !== from && (hit.has(from) || hit.has(to)))
      .map((to) => ({ from, to, rule })),
  );
  const shown = Object.entries(rule).filter(([, value]) => value !== null) as [string, Json][];
  return { links, resolved: { target, nodes, ...Object.fromEntries(shown) } };
}
