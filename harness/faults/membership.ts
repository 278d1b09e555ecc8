/**
 * Members come and go while everything else goes on: a new node joins for a while, a member is out for a while, or one
 * takes the place of another for good. Removing the leader is the change that asks most of a cluster.
 */
import type { ClusterView, Fault, FaultEffect, ScheduleEntry, Unavailable } from './fault.ts';
import { drawMember, memberOf, membersAreFixed, noNameLeft, type TakenOut } from './memberTargets.ts';
import { choiceOf, pickWeighted } from './targets.ts';

const modes = ['add', 'remove', 'replace'] as const;

export const membership: Fault = {
  name: 'membership',
  meaning: 'a new node joins, a member is taken out, or one replaces another, where the model can do that',
  plot: { color: '#2a9d8f', label: 'membership' },
  lasts: { min: 0.4, max: 0.9 },
  draw: (prng, { aim }) => {
    // A new node is no leader: what is aimed at the leader takes it out.
    const mode = pickWeighted(prng, { add: aim === undefined ? 2 : 0, remove: 3, replace: 2 });
    return { mode, target: mode === 'add' ? 'new' : drawMember(prng, aim) };
  },
  effect: (params, view, prng) => {
    const mode = choiceOf(params, 'mode', modes);
    if (mode === 'add') return added(params, view);
    const found = memberOf(params, view, prng);
    if ('unavailable' in found) return found;
    return mode === 'remove' ? removed(found) : replaced(found);
  },
};

function added(params: ScheduleEntry['params'], view: ClusterView): FaultEffect | Unavailable {
  const target = choiceOf(params, 'target', ['new']);
  if (view.membership === undefined) return membersAreFixed;
  const { fresh } = view.membership;
  if (fresh === null) return noNameLeft;
  return {
    members: { leaves: null, joins: fresh, isLasting: false, isLost: false },
    resolved: { target, nodes: [fresh], mode: 'add' },
  };
}

function removed({ target, node, membership }: TakenOut): FaultEffect | Unavailable {
  if (!membership.mayShrink) return { unavailable: 'too few members would be left' };
  return {
    members: { leaves: node, joins: null, isLasting: false, isLost: false },
    resolved: { target, nodes: [node], mode: 'remove' },
  };
}

function replaced({ target, node, membership: { fresh } }: TakenOut): FaultEffect | Unavailable {
  if (fresh === null) return noNameLeft;
  return {
    members: { leaves: node, joins: fresh, isLasting: true, isLost: false },
    resolved: { target, nodes: [node], joins: fresh, mode: 'replace' },
  };
}
