/**
 * Wall clocks are wrong: they jump by milliseconds to minutes, forwards or back, or drift away in small steps, and jump
 * back when the fault ends, as after a synchronisation. Monotonic clocks are left alone: no machine moves those. Aimed at
 * all nodes, each clock is wrong in its own way, since clocks that are wrong together order everything as before.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Fault, FaultEffect } from './fault.ts';
import {
  choiceOf,
  namedNodes,
  numberOf,
  pickWeighted,
  resolveTarget,
  targets,
  type Target,
} from './targets.ts';

/** Clocks of a majority that are wrong together leave few that are right: the others are the odd ones out. */
const weights: Readonly<Record<Target, number>> = { one: 3, minority: 2, majority: 1, all: 2, leader: 2 };

/** From what a busy machine does to what a wrong time zone does. */
const jumpsMs = [20, 100, 500, 2_000, 10_000, 60_000] as const;
const offsetMsMax = 1e9;

/** How often the clock of a drifting node moves, and how far: 2 to 50 % of the time that goes by. */
const driftEveryMs = 250;
const driftStepsMs = [5, 25, 125] as const;

export const clock: Fault = {
  name: 'clock',
  meaning: 'wall clocks jump forwards or back by up to minutes, or drift; monotonic time goes on as it was',
  plot: { color: '#00798c', label: 'clock' },
  lasts: { min: 0.4, max: 1 },
  draw: (prng, { aim }) => {
    const target = pickWeighted(prng, weights);
    const sign = prng.chance(0.5) ? 1 : -1;
    const jumpMs = sign * Math.round(prng.pick(jumpsMs) * (0.5 + prng.next()));
    const stepMs = sign * prng.pick(driftStepsMs);
    const isDrift = prng.chance(0.3);
    return { target: aim ?? target, offsetMs: isDrift ? 0 : jumpMs, driftMs: isDrift ? stepMs : 0 };
  },
  effect: (params, view, prng) => {
    const offsetMs = numberOf(params, 'offsetMs', -offsetMsMax, offsetMsMax);
    const driftMs = 'driftMs' in params ? numberOf(params, 'driftMs', -driftEveryMs, driftEveryMs) : 0;
    const named = namedNodes(params, view);
    const target = named === null ? choiceOf(params, 'target', targets) : 'named';
    const nodes = target === 'named' ? (named ?? []) : resolveTarget(target, view, prng);
    if ('unavailable' in nodes) return nodes;
    const clocks = nodes.map((node) => {
      const share = target === 'all' ? shareOf(prng) : 1;
      return { node, offsetMs: scaled(offsetMs, share), driftMs: scaled(driftMs, share) };
    });
    return { clocks, resolved: { target, nodes, mode: modeOf(driftMs), clocks: shown(clocks) } };
  },
};

/** Between −1 and 1, and not so near to 0 that nothing would move. */
function shareOf(prng: Prng): number {
  return (prng.chance(0.5) ? 1 : -1) * (0.1 + 0.9 * prng.next());
}

/** Whole milliseconds, away from zero. */
function scaled(ms: number, share: number): number {
  if (ms === 0) return 0;
  return Math.sign(ms * share) * Math.ceil(Math.abs(ms * share));
}

function modeOf(driftMs: number): 'drift' | 'jump' {
  return driftMs === 0 ? 'jump' : 'drift';
}

function shown(clocks: NonNullable<FaultEffect['clocks']>): Record<NodeId, string> {
  return Object.fromEntries(
    clocks.map(({ node, offsetMs, driftMs }) => [
      node,
      driftMs === 0 ? signed(offsetMs) : `${signed(driftMs)} every ${driftEveryMs} ms`,
    ]),
  );
}

function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${Math.abs(ms)} ms`;
}

/** The effect as it is so long after its start: drifting clocks have moved on. */
export function drifted(effect: FaultEffect, elapsedMs: number): FaultEffect {
  if (effect.clocks === undefined) return effect;
  const steps = Math.floor(elapsedMs / driftEveryMs) + 1;
  const clocks = effect.clocks.map(({ node, offsetMs, driftMs }) => ({
    node,
    offsetMs: offsetMs + (driftMs === 0 ? 0 : steps * driftMs),
    driftMs,
  }));
  return { ...effect, clocks };
}

/** When, so long after its start, the effect changes next by itself; infinite if it never does. */
export function nextDriftMs(effect: FaultEffect, elapsedMs: number): number {
  if (effect.clocks?.some(({ driftMs }) => driftMs !== 0) !== true) return Infinity;
  return (Math.floor(elapsedMs / driftEveryMs) + 1) * driftEveryMs;
}
