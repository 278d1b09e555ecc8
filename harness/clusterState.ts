/**
 * What the faults want of a cluster, as a state: which nodes are down or paused, which clocks are wrong, which links have which rule. The
 * wanted state is the union of the effects of all active entries, so the end of one entry takes back only its own
 * effect; actions are the difference between two states.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Downing, FaultEffect } from './faults/fault.ts';
import { openLink, type ClusterAction, type LinkRule } from './world.ts';

export interface ClusterState {
  readonly down: ReadonlyMap<NodeId, Downing>;
  /** May name nodes that are down: they are paused again when they are back. */
  readonly paused: ReadonlySet<NodeId>;
  /** Wall clocks that are wrong, by how much. A node keeps it while it is down. */
  readonly clocks: ReadonlyMap<NodeId, number>;
  /** Rules other than the open one, by link. */
  readonly links: ReadonlyMap<string, LinkRule>;
}

export const healthy: ClusterState = {
  down: new Map(),
  paused: new Set(),
  clocks: new Map(),
  links: new Map(),
};

/** The name of a directed link. Node names hold no `>`. */
function linkName(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}

/** The state that all these effects want together. O(size of the effects). */
export function unionOf(effects: readonly FaultEffect[]): ClusterState {
  const down = new Map<NodeId, Downing>();
  const paused = new Set<NodeId>();
  const clocks = new Map<NodeId, number>();
  const links = new Map<string, LinkRule>();
  for (const effect of effects) {
    for (const { node, by } of effect.down ?? []) down.set(node, harder(by, down.get(node) ?? by));
    for (const node of effect.paused ?? []) paused.add(node);
    for (const { node, offsetMs } of effect.clocks ?? [])
      clocks.set(node, (clocks.get(node) ?? 0) + offsetMs);
    for (const { from, to, rule } of effect.links ?? []) {
      const name = linkName(from, to);
      links.set(name, combined(links.get(name) ?? openLink, { ...openLink, ...rule }));
    }
  }
  for (const [node, offsetMs] of clocks) if (offsetMs === 0) clocks.delete(node);
  for (const [name, rule] of links) if (isOpen(rule)) links.delete(name);
  return { down, paused, clocks, links };
}

/** From the orderly end to the one that leaves least. */
const hardness: readonly Downing[] = ['stop', 'kill', 'flip', 'tear', 'cut'];

function harder(a: Downing, b: Downing): Downing {
  return hardness.indexOf(a) >= hardness.indexOf(b) ? a : b;
}

const strictness: readonly LinkRule['mode'][] = ['pass', 'hold', 'drop', 'reset', 'refuse'];

/** Two rules on one link: the strictest mode, delays added, mishaps independent, the narrower bandwidth. */
export function combined(a: LinkRule, b: LinkRule): LinkRule {
  return {
    mode: strictness.indexOf(a.mode) >= strictness.indexOf(b.mode) ? a.mode : b.mode,
    delayMs: a.delayMs + b.delayMs,
    jitterMs: a.jitterMs + b.jitterMs,
    resetRatio: either(a.resetRatio, b.resetRatio),
    duplicateRatio: either(a.duplicateRatio, b.duplicateRatio),
    bytesPerSecond:
      a.bytesPerSecond === null || b.bytesPerSecond === null
        ? (a.bytesPerSecond ?? b.bytesPerSecond)
        : Math.min(a.bytesPerSecond, b.bytesPerSecond),
  };
}

/** The probability that at least one of two independent events happens. */
function either(a: number, b: number): number {
  return a === 0 || b === 0 ? a + b : 1 - (1 - a) * (1 - b);
}

function isOpen(rule: LinkRule): boolean {
  return sameRule(rule, openLink);
}

function sameRule(a: LinkRule, b: LinkRule): boolean {
  return (
    a.mode === b.mode &&
    a.delayMs === b.delayMs &&
    a.jitterMs === b.jitterMs &&
    a.resetRatio === b.resetRatio &&
    a.duplicateRatio === b.duplicateRatio &&
    a.bytesPerSecond === b.bytesPerSecond
  );
}

/** The state, once some nodes are no more. */
export function without(state: ClusterState, moves: readonly ClusterAction[]): ClusterState {
  const down = new Map(state.down);
  const paused = new Set(state.paused);
  const clocks = new Map(state.clocks);
  for (const move of moves) {
    if (move.kind !== 'discard') continue;
    down.delete(move.node);
    paused.delete(move.node);
    clocks.delete(move.node);
  }
  return { ...state, down, paused, clocks };
}

/** Actions that may run in any order, and the state once they have taken effect. */
export interface Transition {
  readonly actions: readonly ClusterAction[];
  readonly next: ClusterState;
}

/**
 * One step from a state towards a wanted one. Ask again with `next` until there is nothing to do: a node that has to
 * be up before it is paused, or awake before it is asked to stop, takes two steps.
 *
 * - SIGKILL ends a paused process, and with it the pause; SIGTERM would wait, so a paused node is resumed before `stop`.
 * - A node that is down is not paused; when it is back and some entry still says so, it is paused then.
 * - A clock moves whatever its node does, but not in one batch with another action on that node.
 */
export function transition(
  current: ClusterState,
  wanted: ClusterState,
  nodes: readonly NodeId[],
): Transition {
  const actions: ClusterAction[] = [];
  const down = new Map(current.down);
  const paused = new Set(current.paused);
  for (const node of nodes) {
    const by = wanted.down.get(node);
    if (by !== undefined) {
      if (down.has(node)) continue;
      if (by === 'stop' && paused.has(node)) {
        actions.push({ kind: 'resume', node });
      } else {
        actions.push(downing(node, by));
        down.set(node, by);
      }
      paused.delete(node);
    } else if (down.has(node)) {
      actions.push({ kind: 'start', node });
      down.delete(node);
    } else if (wanted.paused.has(node) !== paused.has(node)) {
      actions.push({ kind: wanted.paused.has(node) ? 'pause' : 'resume', node });
      if (wanted.paused.has(node)) paused.add(node);
      else paused.delete(node);
    }
  }
  const clocks = moveClocks(current.clocks, wanted.clocks, nodes, actions);
  actions.push(...linkActions(current.links, wanted.links, nodes));
  return { actions, next: { down, paused, clocks, links: wanted.links } };
}

function downing(node: NodeId, by: Downing): ClusterAction {
  return by === 'kill' || by === 'stop' ? { kind: by, node } : { kind: 'kill', node, damage: by };
}

/** Adds the actions that move clocks, for nodes that have no other one yet; returns the clocks after them. */
function moveClocks(
  current: ClusterState['clocks'],
  wanted: ClusterState['clocks'],
  nodes: readonly NodeId[],
  actions: ClusterAction[],
): ClusterState['clocks'] {
  if (current.size === 0 && wanted.size === 0) return current;
  const busy = new Set(actions.map((action) => (action.kind === 'link' ? action.from : action.node)));
  const clocks = new Map(current);
  for (const node of nodes) {
    const offsetMs = wanted.get(node) ?? 0;
    if (busy.has(node) || offsetMs === (current.get(node) ?? 0)) continue;
    actions.push({ kind: 'clock', node, offsetMs });
    if (offsetMs === 0) clocks.delete(node);
    else clocks.set(node, offsetMs);
  }
  return clocks;
}

function linkActions(
  current: ClusterState['links'],
  wanted: ClusterState['links'],
  nodes: readonly NodeId[],
): ClusterAction[] {
  if (current.size === 0 && wanted.size === 0) return [];
  return nodes.flatMap((from) =>
    nodes.flatMap((to): ClusterAction[] => {
      const name = linkName(from, to);
      const rule = wanted.get(name) ?? openLink;
      return sameRule(current.get(name) ?? openLink, rule) ? [] : [{ kind: 'link', from, to, rule }];
    }),
  );
}

/** Whether an effect reaches the leader: down, paused, its clock wrong, without a majority that it hears and that hears it, or with bad links. */
export function hitsLeader(effect: FaultEffect, nodes: readonly NodeId[], leader: NodeId | null): boolean {
  if (leader === null) return false;
  if (effect.members?.leaves === leader) return true;
  const { down, paused, links } = unionOf([effect]);
  const hasClock = effect.clocks?.some(({ node }) => node === leader) ?? false;
  if (down.has(leader) || paused.has(leader) || hasClock) return true;
  const rules = [...links.values()];
  if (rules.some(({ mode }) => mode !== 'pass')) {
    const passes = (name: string): boolean => (links.get(name) ?? openLink).mode === 'pass';
    const heard = nodes.filter(
      (node) => node === leader || (passes(linkName(leader, node)) && passes(linkName(node, leader))),
    );
    return heard.length <= nodes.length / 2;
  }
  return nodes.some((node) => links.has(linkName(leader, node)) || links.has(linkName(node, leader)));
}
