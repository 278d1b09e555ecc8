/**
 * A random mixture. Each operation comes from a member drawn by weight; a member that has nothing now is passed over,
 * so that it cannot hold up the others (in Jepsen a pending choice does). Ends when all members have ended.
 */
import type { Generator } from './generator.ts';
import { firstDue, stepOf, updateMembers, type Members } from './steps.ts';

/** Every member with the same weight. */
export function mix(members: readonly Generator[]): Generator {
  return mixture(
    members,
    members.map(() => 1),
  );
}

/** `[weight, generator]` each: weights 3 and 1 make three quarters and one quarter. Weights are positive. */
export function weightedMix(members: readonly (readonly [weight: number, member: Generator])[]): Generator {
  return mixture(
    members.map(([, member]) => member),
    members.map(([weight]) => weight),
  );
}

function mixture(members: Members, weights: readonly number[]): Generator {
  return {
    next(context) {
      const found = firstDue(context, members, (left) => weighted(left, weights, context.prng.next()));
      return stepOf(found, (after) => mixture(after, weights));
    },
    update(context, event) {
      const after = updateMembers(members, (member) => member.update(context, event));
      return after === members ? this : mixture(after, weights);
    },
  };
}

/** The position in `left` on which `fraction` (in [0, 1)) of the whole weight falls. */
function weighted(left: readonly number[], weights: readonly number[], fraction: number): number {
  const weightOf = (member: number): number => weights[member] as number;
  let rest = fraction * left.reduce((sum, member) => sum + weightOf(member), 0);
  const found = left.findIndex((member) => (rest -= weightOf(member)) < 0);
  return found === -1 ? left.length - 1 : found;
}
