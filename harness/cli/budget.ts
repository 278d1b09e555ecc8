/** Budgets that count time; the only place where a checker's patience is measured with a clock. */
import type { Budget } from '../checkers/checker.ts';

/** Nothing is left once `nowMs` is more than `ms` later than now. */
export function deadlineBudget(nowMs: () => number, ms: number): Budget {
  const deadlineMs = nowMs() + ms;
  return { spend: () => nowMs() <= deadlineMs };
}
