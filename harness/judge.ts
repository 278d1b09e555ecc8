/**
 * From the history of a run to its verdict: runs the checker of every judged level and those that always apply, and
 * sums up. The worst wins: a violation over an unknown over nothing found.
 */
import { guarantees, type Claim, type Guarantee } from '../nodes/kernel/model.ts';
import { worst, type Budget, type Checker, type Verdict } from './checkers/checker.ts';
import { judgeHistory } from './checkers/judgement.ts';
import { measuresOf } from './checkers/levels.ts';
import { outcomesOf, stats } from './checkers/stats.ts';
import { History } from './columns/history.ts';
import type { RunConfig } from './config.ts';
import { faultWarnings } from './faultReports.ts';
import { figuresOf } from './figures.ts';
import type { Op } from './history.ts';
import { claimHeld, judgedOf, roamingWarnings, type Judged } from './judged.ts';
import { specNamed } from './specs/index.ts';
import { reproLine, type ModelDefaults } from './repro.ts';
import type { FaultReport, Results } from './results.ts';
import type { Workload } from './workload.ts';

export interface JudgeInput {
  readonly history: readonly Op[];
  readonly config: RunConfig;
  readonly claim: Claim;
  readonly workload: Pick<
    Workload,
    'name' | 'checker' | 'always' | 'entails' | 'standIns' | 'idempotent' | 'spec'
  >;
  /** Shared by all checkers. */
  readonly budget: Budget;
  /** Only the verdict and one small counterexample: not which levels held where a judged one is violated. */
  readonly isBrief?: boolean;
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
  const { config, claim, workload, budget, isBrief = false } = input;
  const history = History.of(input.history);
  const judged = judgedOf(workload, claim, config.guarantee);
  const { valid, levels, checkers, deciding } = judgeHistory(history, {
    levels: judged.levels,
    checkerOf: (level) => (canBeSeen(level, input) ? workload.checker(level) : null),
    whyNot: () => whyNot(workload),
    always: alwaysIn(workload, judged),
    measures: isBrief ? [] : measuresIn(workload),
    budget,
    measured: 'always',
    strongest: isBrief ? 'never' : 'extra',
    minimal: { observers: workload.idempotent, ...(isBrief && { minimisedMax: 1 }) },
  });
  const { held, violated, undecided, strongestHeld, impliedBy } = levels;
  const operations = outcomesOf(history);
  const nothing = claim.guarantees.length === 0 && config.guarantee === null;
  return {
    valid: nothing ? worst([valid, 'unknown']) : valid,
    reasons: [
      ...(nothing ? ['nothing is claimed, so there is nothing to judge'] : []),
      ...deciding.flatMap((name) => reasonOf(name, checkers.get(name))),
    ],
    model: config.model,
    ...(config.submission && { submission: config.submission.manifest.name }),
    workload: config.workload,
    seed: config.seed,
    guarantee: {
      claimed: claim.guarantees,
      claimHeld: claimHeld(claim, config.guarantee, { valid, held, violated }),
      judged: judged.levels,
      instead: judged.instead,
      held,
      violated,
      undecided,
      // Of nothing everything holds, and saying so would read as praise.
      strongestHeld: operations.ok === 0 ? [] : strongestHeld,
      impliedBy: Object.fromEntries(impliedBy),
    },
    checkers: Object.fromEntries(checkers),
    operations,
    figures: figuresOf({ history, spec: specNamed(workload.spec), held, checkers }),
    faults: input.faults,
    probes: input.probes ?? {},
    warnings: [
      ...new Set([
        ...(input.warnings ?? []),
        ...roamingWarnings(claim, config.guarantee),
        ...fragilityWarnings(input),
        ...faultWarnings(input.history, input.faults, input.model?.leaderless),
      ]),
    ],
    repro: reproLine(config, input.model),
  };
}

/** What the checkers of a run decide or measure, by their names. */
export function meaningsOf({
  config,
  claim,
  workload,
}: Omit<JudgeInput, 'history' | 'budget' | 'faults'>): Readonly<Record<string, string>> {
  const judged = judgedOf(workload, claim, config.guarantee);
  const ofLevels = guarantees.flatMap((level) => workload.checker(level) ?? []);
  const all = [...measuresIn(workload), ...ofLevels, ...alwaysIn(workload, judged)];
  return Object.fromEntries(all.map(({ name, meaning }) => [name, meaning]));
}

/** What is checked whatever level is judged. */
function alwaysIn({ always }: JudgeInput['workload'], { entailed }: Judged): readonly Checker[] {
  return [stats, ...always, ...entailed];
}

/** Faults that somebody asked for: what is claimed may break under them, and that would be no surprise. */
function fragilityWarnings({ config, model }: JudgeInput): string[] {
  const survived = model?.survives(config.options) ?? config.faults;
  return config.faults
    .filter((fault) => !survived.includes(fault))
    .map((fault) => `${config.model} with these options does not claim to survive the fault ${fault}`);
}

/** Where one copy answers for all, no history shows that replicas agree: so nobody looks, unless somebody asks. */
function canBeSeen(level: Guarantee, { claim, config }: JudgeInput): boolean {
  const isNamed = config.guarantee === level || claim.guarantees.includes(level);
  return level !== 'convergence' || claim.converges !== undefined || isNamed;
}

function measuresIn({ spec: name }: JudgeInput['workload']): readonly Checker[] {
  const spec = specNamed(name);
  return spec ? measuresOf({ spec }) : [];
}

function whyNot({ name, checker }: JudgeInput['workload']): string {
  const judgeable = guarantees.filter((level) => checker(level) !== null);
  const instead = judgeable.length > 0 ? `; with --guarantee it can judge ${judgeable.join(', ')}` : '';
  return `the workload ${name} has no checker for it${instead}`;
}

function reasonOf(name: string, verdict: Verdict | undefined): string[] {
  if (verdict === undefined || verdict.valid === true) return [];
  const { anomalies, reason } = verdict;
  const [first] = anomalies;
  const more = anomalies.length > 1 ? ` (and ${anomalies.length - 1} more)` : '';
  return [`${name}: ${first ? first.explanation + more : (reason ?? 'undecided, without a reason')}`];
}
