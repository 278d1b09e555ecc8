/** Majorities: any two of them share a member, which is what every argument of Raft rests on. */
import type { NodeId } from '../kernel/ids.ts';

/** The smallest number of members that is more than half. */
export function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * The highest value that at least `quorum` members have reached. Used for the commit index, for confirmed rounds and
 * for the time of the last contact alike. O(n log n) for n members. Nobody reaches anything in a cluster of none.
 */
export function reachedByQuorum(
  members: readonly NodeId[],
  quorum: number,
  valueOf: (member: NodeId) => number,
): number {
  if (members.length === 0 || quorum > members.length) return Number.NEGATIVE_INFINITY;
  const values = members.map(valueOf).sort((left, right) => right - left);
  return values[quorum - 1] ?? Number.NEGATIVE_INFINITY;
}
