/** The timed part of most cases: one verdict. */
import type { Guarantee } from '../../../nodes/kernel/model.ts';
import { deadlineBudget } from '../../checkers/budget.ts';
import type { Verdict } from '../../checkers/checker.ts';
import { checkerOf } from '../../checkers/levels.ts';
import type { History } from '../../columns/history.ts';
import { UsageError } from '../../exit.ts';
import { specNamed } from '../../specs/index.ts';
import type { Work } from './benchCase.ts';

/** A checker that takes longer is given up, and answers `unknown`. */
const budgetMs = 120_000;

/** The verdict of a level over histories of a spec; pairing invocations with answers is part of it. */
export function judge(level: Guarantee, spec: string, history: History): Verdict {
  const found = specNamed(spec);
  const checker = found && checkerOf(level, { spec: found });
  if (!checker) throw new UsageError(`${spec} histories cannot be checked for ${level}`);
  return checker.check(
    history,
    deadlineBudget(() => performance.now(), budgetMs),
  );
}

/** The work of judging one history. `expected` is `valid`, or `invalid` with the kind of the anomaly. */
export function judged(
  level: Guarantee,
  spec: string,
  history: History,
  expected: 'valid' | `invalid: ${string}`,
): Work {
  return {
    // Every operation of a generated history is answered.
    operations: history.length / 2,
    expected,
    run: () => describe(judge(level, spec, history)),
  };
}

function describe({ valid, anomalies, reason = '' }: Verdict): string {
  if (valid === 'unknown') return `unknown: ${reason}`;
  if (valid) return 'valid';
  return `invalid: ${[...new Set(anomalies.map(({ kind }) => kind))].join(', ')}`;
}
