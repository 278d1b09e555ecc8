/**
 * From the history of a run to its verdict: runs the checker of every judged level and those that always apply, and
 * sums up. The worst wins: a violation over an unknown over nothing found.
 */
import { guarantees, type Claim, type Guarantee } from '../nodes/kernel/model.ts';
import { History } from './columns/history.ts';
import { worst, type Budget, type Checker, type Verdict } from './checkers/checker.ts';
import { outcomesOf, stats } from './checkers/stats.ts';
import type { RunConfig } from './config.ts';
import { faultWarnings } from './faultReports.ts';
import { implies, strongest } from './guarantees.ts';
import type { Op } from './history.ts';
import { reproLine, type ModelDefaults } from './repro.ts';
import type { FaultReport, Results } from './results.ts';
import type { Workload } from './workload.ts';

export interface JudgeInput {
  readonly history: readonly Op[];
  readonly config: RunConfig;
  readonly claim: Claim;
  readonly workload: Pick<Workload, 'name' | 'checker' | 'always'>;
  /** Shared by all checkers. */
  readonly budget: Budget;
  /** What each fault did, by name. */
  readonly faults: Readonly<Record<string, FaultReport>>;
  readonly probes?: Readonly<Record<string, number>>;
  /** What was noticed while the run went on. */
  readonly warnings?: readonly string[];
  /** Shortens the repro line. */
  readonly model?: ModelDefaults;
}

/** The verdict of a run. Decided from the history alone, but for what is only reported. */
export function judge(input: JudgeInput): Results {
  const { config, claim, workload, budget } = input;
  const history = History.of(input.history);
  const judged = config.guarantee === null ? claim.guarantees : [config.guarantee];
  const run = runOnce(history, budget);
  // Cheap ones first: a search that uses the whole budget up must not hide what they find.
  const always = [stats, ...workload.always].map((checker) => [checker.name, run(checker)] as const);
  const levels = new Map(judged.map((level) => [level, verdictOfLevel(level, workload, run)]));
  const deciding = [...levels, ...always];
  for (const level of weakerLevels(levels)) {
    const checker = workload.checker(level);
    if (checker && !levels.has(level)) levels.set(level, run(checker));
  }
  const held = levelsWith(levels, true);
  return {
    valid: worst([
      ...deciding.map(([, verdict]) => verdict.valid),
      ...(judged.length === 0 ? ['unknown' as const] : []),
    ]),
    reasons: [
      ...(judged.length === 0 ? ['nothing is claimed, so there is nothing to judge'] : []),
      ...deciding.flatMap(([name, verdict]) => reasonOf(name, verdict)),
    ],
    model: config.model,
    workload: config.workload,
    seed: config.seed,
    guarantee: {
      claimed: claim.guarantees,
      judged,
      held,
      violated: levelsWith(levels, false),
      undecided: levelsWith(levels, 'unknown'),
      strongestHeld: strongest(held),
    },
    checkers: Object.fromEntries([...levels, ...always]),
    operations: outcomesOf(history),
    faults: input.faults,
    probes: input.probes ?? {},
    warnings: [...new Set([...(input.warnings ?? []), ...faultWarnings(input.history, input.faults)])],
    repro: reproLine(config, input.model),
  };
}

type RunChecker = (checker: Checker) => Verdict;

/** Runs checkers, each search once: levels that are the same for a workload share their verdict. */
function runOnce(history: History, budget: Budget): RunChecker {
  const verdicts = new Map<string, Verdict>();
  return (checker) => {
    const name = checker.sameAs ?? checker.name;
    const verdict = verdicts.get(name) ?? runSafely(checker, history, budget);
    verdicts.set(name, verdict);
    return verdict;
  };
}

/** A checker that throws has decided nothing. */
function runSafely(checker: Checker, history: History, budget: Budget): Verdict {
  try {
    return checker.check(history, budget);
  } catch (error) {
    const reason = `the checker failed: ${error instanceof Error ? error.message : String(error)}`;
    return { valid: 'unknown', anomalies: [], reason, stats: {} };
  }
}

function verdictOfLevel(level: Guarantee, workload: JudgeInput['workload'], run: RunChecker): Verdict {
  const checker = workload.checker(level);
  if (checker) return run(checker);
  const judgeable = guarantees.filter((other) => workload.checker(other) !== null);
  const instead = judgeable.length > 0 ? `; with --guarantee it can judge ${judgeable.join(', ')}` : '';
  const reason = `the workload ${workload.name} has no checker for it${instead}`;
  return { valid: 'unknown', anomalies: [], reason, stats: {} };
}

/** What may still have held where a judged level is violated. */
function weakerLevels(levels: ReadonlyMap<Guarantee, Verdict>): Guarantee[] {
  return guarantees.filter((weaker) => levelsWith(levels, false).some((level) => implies(level, weaker)));
}

function levelsWith(levels: ReadonlyMap<Guarantee, Verdict>, valid: Verdict['valid']): Guarantee[] {
  return [...levels].filter(([, verdict]) => verdict.valid === valid).map(([level]) => level);
}

function reasonOf(name: string, { valid, anomalies, reason }: Verdict): string[] {
  if (valid === true) return [];
  const [first] = anomalies;
  const more = anomalies.length > 1 ? ` (and ${anomalies.length - 1} more)` : '';
  return [`${name}: ${first ? first.explanation + more : (reason ?? 'undecided, without a reason')}`];
}
