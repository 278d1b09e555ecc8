/** Budgets that need no clock. The ones that count time live where clocks are allowed (harness/cli). */
import type { Budget } from './checker.ts';

/** A budget of `nodes` search nodes: the same verdict on every machine. */
export function nodeBudget(nodes: number): Budget {
  let left = nodes;
  return {
    spend(count) {
      left -= count;
      return left >= 0;
    },
  };
}

/** Never gives up. */
export const unlimited: Budget = { spend: () => true };
