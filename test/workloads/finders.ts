/** What finds a mistake of a store: the checkers of a workload, over a few seeds. */
import assert from 'node:assert/strict';
import { nodeBudget } from '../../harness/checkers/budget.ts';
import type { Checker } from '../../harness/checkers/checker.ts';
import { History } from '../../harness/columns/history.ts';
import type { Op } from '../../harness/history.ts';
import { judgedOf } from '../../harness/judged.ts';
import type { Service, Workload } from '../../harness/workload.ts';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import { workloadNamed } from '../../workloads/index.ts';
import { runWorkload, wholeHistory, type Mistake } from './atomicStore.ts';

const strongClaim: readonly Guarantee[] = ['linearizable', 'strict-serializable'];

export function named(name: string): Workload {
  const workload = workloadNamed(name);
  assert(workload, name);
  return workload;
}

/** All that judges a claim, but for the counts. */
export function judges(
  workload: Workload,
  guarantees: readonly Guarantee[] = strongClaim,
): readonly Checker[] {
  const { levels, entailed } = judgedOf(workload, { guarantees }, null);
  const own = levels.map((level) => workload.checker(level)).filter((checker) => checker !== null);
  return [...own, ...workload.always, ...entailed];
}

export const verdicts = (checkers: readonly Checker[], history: readonly Op[]): [string, unknown][] =>
  checkers.map((checker) => [checker.name, checker.check(History.of(history), nodeBudget(20_000_000)).valid]);

/** The names of the checkers that find the mistake in some of a few seeds. */
export function finders(
  workload: Workload,
  mistake: Mistake,
  guarantees: readonly Guarantee[] = strongClaim,
): string[] {
  const found = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const history = wholeHistory(
      runWorkload(workload, { seed, durationMs: 500, crashRatio: 0.002, mistake }),
    );
    for (const [name, valid] of verdicts(judges(workload, guarantees), history))
      if (valid === false) found.add(name);
  }
  return [...found].sort();
}

/** A service that knows only these kinds. */
export const only = (...kinds: readonly string[]): Service => ({
  knows: (kind) => kinds.includes(kind),
  hasKeys: () => true,
});
