/** Budgets: of search nodes, which need no clock, and of time, with a clock that the caller gives. */
import type { Budget } from './checker.ts';

/** A budget of `nodes` search nodes: the same verdict on every machine. */
export function nodeBudget(nodes: number): Budget {
  let left = nodes;
  return {
    spend(count) {
      left -= count;
      return left >= 0;
    },
    share: (part) =>
      within(nodeBudget(Math.max(0, Math.floor(left * part))), { spend: (count) => (left -= count) >= 0 }),
  };
}

/** Nothing is left once `nowMs` is more than `ms` later than now. */
export function deadlineBudget(nowMs: () => number, ms: number): Budget {
  const deadlineMs = nowMs() + ms;
  return {
    spend: () => nowMs() <= deadlineMs,
    share: (part) => deadlineBudget(nowMs, Math.max(0, deadlineMs - nowMs()) * part),
  };
}

/** Never gives up. */
export const unlimited: Budget = { spend: () => true };

/** A budget of this part (0 to 1) of what is left; one that cannot be divided is given whole. */
export function shareOf(budget: Budget, part: number): Budget {
  return budget.share?.(part) ?? budget;
}

/** What is spent is spent of both, and neither may be used up. */
function within(inner: Budget, outer: Budget): Budget {
  return {
    spend(count) {
      const isLeftInside = inner.spend(count);
      return outer.spend(count) && isLeftInside;
    },
    share: (part) => within(shareOf(inner, part), outer),
  };
}
