/**
 * The soonest operation of any member; of several that are due now, that of the first listed. So what stands first
 * has priority: `any([rare, flood])` lets the rare one through whenever it is due. Ends when all members have ended.
 */
import type { Generator } from './generator.ts';
import { firstDue, stepOf, updateMembers, type Members } from './steps.ts';

export function any(members: readonly Generator[]): Generator {
  return soonest(members);
}

function soonest(members: Members): Generator {
  return {
    next(context) {
      return stepOf(
        firstDue(context, members, () => 0),
        soonest,
      );
    },
    update(context, event) {
      const after = updateMembers(members, (member) => member.update(context, event));
      return after === members ? this : soonest(after);
    },
  };
}
