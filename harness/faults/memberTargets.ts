/** What `membership` and `rejoin-empty` share: the one member that they take out. */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import {
  MalformedEntry,
  noLeaderKnown,
  type ClusterView,
  type MembershipView,
  type ScheduleEntry,
  type Unavailable,
} from './fault.ts';
import { choiceOf, namedNodes, pickWeighted } from './targets.ts';

const targets = ['one', 'leader'] as const;

/** A member to be taken out, and by which target it was found. */
export interface TakenOut {
  readonly target: string;
  readonly node: NodeId;
  readonly membership: MembershipView;
}

export const membersAreFixed: Unavailable = { unavailable: 'the members of this cluster cannot be changed' };
export const noNameLeft: Unavailable = { unavailable: 'there have been as many nodes as there may be' };

export function drawMember(prng: Prng, aim: 'leader' | undefined): (typeof targets)[number] {
  const drawn = pickWeighted(prng, { one: 2, leader: 1 });
  return aim ?? drawn;
}

/** The target now, unless another entry concerns it: nobody is taken out twice. */
export function memberOf(
  params: ScheduleEntry['params'],
  view: ClusterView,
  prng: Prng,
): TakenOut | Unavailable {
  const named = namedNodes(params, view);
  if (named !== null && named.length > 1)
    throw new MalformedEntry(`one member is taken out at a time, not ${named.join(' and ')}`);
  const target = named === null ? choiceOf(params, 'target', targets) : 'named';
  const { membership, leader } = view;
  if (membership === undefined) return membersAreFixed;
  if (target === 'leader' && leader === null) return noLeaderKnown;
  const { free } = membership;
  if (free.length === 0) return { unavailable: 'every member is concerned by another fault of members' };
  const node = named?.[0] ?? (target === 'leader' && leader !== null ? leader : prng.pick(free));
  if (!free.includes(node)) return { unavailable: `${node} is concerned by another fault of members` };
  return { target, node, membership };
}
