/**
 * The shapes of a network partition, as the directed links that are cut. Groups are drawn at random; the nodes of a
 * group hear each other.
 *
 *   halves            ●●|●●●   a majority and a minority
 *   one               ●|●●●●   any single node alone
 *   minority-third    ●|●●●●   a random third alone
 *   majorities-ring            every node hears a majority, each another one (n ≥ 4)
 *   bridge            ●●(●)●●  two halves that share one node (n ≥ 3)
 *   isolate-leader    ◉|●●●●   the node that leads now alone
 *   one-way           ●●→|●●●  one side is not heard by the other, but hears it
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { noLeaderKnown, type ClusterView, type Unavailable } from './fault.ts';
import { someOf } from './targets.ts';

export const shapes = [
  'halves',
  'one',
  'minority-third',
  'majorities-ring',
  'bridge',
  'isolate-leader',
  'one-way',
] as const;
export type Shape = (typeof shapes)[number];

export type DirectedLink = readonly [from: NodeId, to: NodeId];

/** The links that a shape cuts, and how it came out, for the history. */
export interface Cut {
  readonly links: readonly DirectedLink[];
  readonly resolved: { readonly [name: string]: Json };
}

/** Shapes that exist in a cluster of this size. */
export function shapesFor(nodeCount: number): readonly Shape[] {
  if (nodeCount < 2) return [];
  return shapes.filter(
    (shape) => !(shape === 'bridge' && nodeCount < 3) && !(shape === 'majorities-ring' && nodeCount < 4),
  );
}

/** Draws the groups of a shape among the nodes of now. */
export function cutOf(shape: Shape, view: ClusterView, prng: Prng): Cut | Unavailable {
  const { nodes, leader } = view;
  if (!shapesFor(nodes.length).includes(shape))
    return { unavailable: `a cluster of ${nodes.length} cannot be cut into ${shape}` };
  switch (shape) {
    case 'halves':
      return cutOff(nodes, someOf(nodes, Math.floor(nodes.length / 2), prng));
    case 'one':
      return cutOff(nodes, someOf(nodes, 1, prng));
    case 'minority-third':
      return cutOff(nodes, someOf(nodes, Math.max(1, Math.floor(nodes.length / 3)), prng));
    case 'isolate-leader':
      return leader === null ? noLeaderKnown : cutOff(nodes, [leader]);
    case 'majorities-ring':
      return ring(prng.shuffle(nodes));
    case 'bridge':
      return bridge(nodes, prng);
    case 'one-way':
      return oneWay(nodes, prng);
  }
}

/** `group` and the others do not hear each other. */
export function cutOff(nodes: readonly NodeId[], group: readonly NodeId[]): Cut {
  const others = nodes.filter((node) => !group.includes(node));
  return {
    links: [...between(group, others), ...between(others, group)],
    resolved: { nodes: group, groups: [group, others] },
  };
}

/** Each node hears as many neighbours on both sides of a ring as make a majority with itself. */
function ring(order: readonly NodeId[]): Cut {
  const reach = Math.floor((Math.floor(order.length / 2) + 1) / 2);
  const links = order.flatMap((from, at) =>
    order
      .filter((_, other) => {
        const distance = Math.abs(at - other);
        return Math.min(distance, order.length - distance) > reach;
      })
      .map((to): DirectedLink => [from, to]),
  );
  return { links, resolved: { ring: order } };
}

function bridge(nodes: readonly NodeId[], prng: Prng): Cut {
  const shared = prng.pick(nodes);
  const rest = nodes.filter((node) => node !== shared);
  const { links, resolved } = cutOff(rest, someOf(rest, Math.floor(rest.length / 2), prng));
  return { links, resolved: { ...resolved, nodes: [shared], bridge: shared } };
}

function oneWay(nodes: readonly NodeId[], prng: Prng): Cut {
  const unheard = someOf(nodes, prng.int(1, nodes.length), prng);
  const others = nodes.filter((node) => !unheard.includes(node));
  return { links: between(unheard, others), resolved: { nodes: unheard, from: unheard, to: others } };
}

function between(froms: readonly NodeId[], tos: readonly NodeId[]): DirectedLink[] {
  return froms.flatMap((from) => tos.map((to): DirectedLink => [from, to]));
}
