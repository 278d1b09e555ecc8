/**
 * What an explanation may cost. A violation stands without one, so it must not hold up a verdict for long: it takes a
 * part of the budget that is left when somebody asks for it, but always a little, which suffices for short histories.
 */
import { shareOf } from '../budget.ts';
import type { Budget } from '../checker.ts';

/** What an explanation may cost when nothing is left of the budget: less than a tenth of a second … */
const freeNodes = 65_536;
/** … or of many explanations, when they are not told in full. */
const freeNodesInBrief = 4_096;
/** The part of the budget left that one explanation may take. */
export const explanationPart = 1 / 8;

export class Effort {
  /** Whether something was not looked for any more. */
  isCutShort = false;
  private readonly budget: Budget;
  private freeLeft: number;

  constructor(budget: Budget, isInFull: boolean) {
    this.freeLeft = isInFull ? freeNodes : freeNodesInBrief;
    this.budget = shareOf(budget, explanationPart);
  }

  /** Uses up so many search nodes; false when there is nothing left. */
  spend(nodes: number): boolean {
    this.freeLeft -= nodes;
    if (this.freeLeft < 0 && !this.budget.spend(nodes)) this.isCutShort = true;
    return !this.isCutShort;
  }
}
