/**
 * Symbolic targets: which nodes a fault is aimed at, resolved when its entry starts. A target that does not exist then
 * (nobody leads, a minority of two nodes) is unavailable, which the history shows.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import {
  MalformedEntry,
  noLeaderKnown,
  type ClusterView,
  type ScheduleEntry,
  type Unavailable,
} from './fault.ts';

/** `one`: any node. `minority`, `majority`: a random set of fewer, or just more, than half of the nodes. */
export const targets = ['one', 'minority', 'majority', 'all', 'leader'] as const;
export type Target = (typeof targets)[number];

/** The nodes of a target now, in the order of the cluster. */
export function resolveTarget(
  target: Target,
  view: ClusterView,
  prng: Prng,
): readonly NodeId[] | Unavailable {
  const { nodes, leader } = view;
  const majority = Math.floor(nodes.length / 2) + 1;
  switch (target) {
    case 'one':
      return [prng.pick(nodes)];
    case 'minority': {
      const most = nodes.length - majority;
      if (most < 1) return { unavailable: `${nodes.length} nodes have no minority` };
      return someOf(nodes, prng.int(1, most + 1), prng);
    }
    case 'majority':
      return someOf(nodes, majority, prng);
    case 'all':
      return nodes;
    case 'leader':
      return leader === null ? noLeaderKnown : [leader];
  }
}

/** The nodes that a schedule written by hand names, in the order of the cluster; null when it names none. */
export function namedNodes(
  params: ScheduleEntry['params'],
  { nodes }: ClusterView,
): readonly NodeId[] | null {
  const names: Json | undefined = params['nodes'];
  if (names === undefined) return null;
  const known: readonly Json[] = nodes;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name: Json) => known.includes(name))) {
    throw new MalformedEntry(
      `the parameter "nodes" of a fault is ${JSON.stringify(names)}, not a list of some of ${nodes.join(', ')}`,
    );
  }
  return nodes.filter((node) => names.includes(node));
}

/** A random subset of this size, in the order of `nodes`. */
export function someOf(nodes: readonly NodeId[], size: number, prng: Prng): readonly NodeId[] {
  const chosen = new Set(prng.shuffle(nodes).slice(0, size));
  return nodes.filter((node) => chosen.has(node));
}

/** One of the named choices, each with its weight. */
export function pickWeighted<T extends string>(prng: Prng, weights: Readonly<Record<T, number>>): T {
  const names = Object.keys(weights) as T[];
  let left = prng.next() * names.reduce((sum, name) => sum + weights[name], 0);
  for (const name of names) {
    left -= weights[name];
    if (left < 0) return name;
  }
  return prng.pick(names);
}

/** The parameter of this name, which must be one of `choices`. */
export function choiceOf<T extends string>(
  params: ScheduleEntry['params'],
  name: string,
  choices: readonly T[],
): T {
  const value: Json | undefined = params[name];
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new MalformedEntry(
      `the parameter "${name}" of a fault is ${JSON.stringify(value ?? null)}, not one of ${choices.join(', ')}`,
    );
  return found;
}

/** The numeric parameter of this name within [min, max]. */
export function numberOf(params: ScheduleEntry['params'], name: string, min: number, max: number): number {
  const value: Json | undefined = params[name];
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw new MalformedEntry(
      `the parameter "${name}" of a fault is ${JSON.stringify(value ?? null)}, not a number from ${min} to ${max}`,
    );
  return value;
}
