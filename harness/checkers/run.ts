/** Runs checkers so that whatever happens inside of one is a verdict. */
import type { History } from '../columns/history.ts';
import type { Budget, Checker, Verdict } from './checker.ts';

export type RunChecker = (checker: Checker, budget: Budget) => Verdict;

/** Runs checkers on a history, each search once: checkers that decide the same question share their verdict. */
export function runOnce(history: History): RunChecker {
  const verdicts = new Map<string, Verdict>();
  return (checker, budget) => {
    const name = checker.sameAs ?? checker.name;
    const verdict = verdicts.get(name) ?? runSafely(checker, history, budget);
    verdicts.set(name, verdict);
    return verdict;
  };
}

/** The verdict of a checker; one that throws has decided nothing. */
export function runSafely(checker: Checker, history: History, budget: Budget): Verdict {
  try {
    return checker.check(history, budget);
  } catch (error) {
    return undecided(`the checker failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function undecided(reason: string): Verdict {
  return { valid: 'unknown', anomalies: [], reason, stats: {} };
}
