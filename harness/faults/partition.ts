/**
 * Links are cut between groups of nodes (clients still reach every node). Held messages arrive late, after healing;
 * dropped ones never; reset connections tell the node at once. A one-way cut of `from` → `to` concerns all messages of
 * `from` to `to`, answers to the other direction's requests included.
 */
import type { Fault } from './fault.ts';
import { cutOf, cutOff, shapes, shapesFor, type Shape } from './shapes.ts';
import { choiceOf, namedNodes, pickWeighted } from './targets.ts';

const modes = ['hold', 'drop', 'reset'] as const;

/** The leader is where most mistakes show: the shape that isolates it comes most often. */
const weights: Readonly<Record<Shape, number>> = {
  'isolate-leader': 4,
  halves: 2,
  one: 1,
  'minority-third': 1,
  'majorities-ring': 2,
  bridge: 1,
  'one-way': 2,
};

export const partition: Fault = {
  name: 'partition',
  meaning: 'links between groups of nodes are cut: held, dropped or reset',
  plot: { color: '#30638e', label: 'partition' },
  lasts: { min: 0.5, max: 0.85 },
  draw: (prng, { nodes, aim }) => {
    const possible = shapesFor(nodes.length);
    const drawn = pickWeighted(prng, weights);
    const mode = prng.pick(modes);
    if (aim === 'leader') return { shape: 'isolate-leader', mode };
    return { shape: possible.includes(drawn) ? drawn : 'isolate-leader', mode };
  },
  effect: (params, view, prng) => {
    const mode = choiceOf(params, 'mode', modes);
    const named = namedNodes(params, view);
    const shape = named === null ? choiceOf(params, 'shape', shapes) : null;
    const cut = shape === null ? cutOff(view.nodes, named ?? []) : cutOf(shape, view, prng);
    if ('unavailable' in cut) return cut;
    const target = shape === 'isolate-leader' ? 'leader' : (shape ?? 'named');
    return {
      links: cut.links.map(([from, to]) => ({ from, to, rule: { mode } })),
      resolved: { target, shape: shape ?? 'named', mode, ...cut.resolved },
    };
  },
};
