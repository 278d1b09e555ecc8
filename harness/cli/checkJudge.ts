/** Judges one history that `check` was given. */
import { performance } from 'node:perf_hooks';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { deadlineBudget, shareOf } from '../checkers/budget.ts';
import { worst, type Anomaly, type Budget, type Validity } from '../checkers/checker.ts';
import { judgeHistory, type Judgement, type Question } from '../checkers/judgement.ts';
import { checkerOf, measuresOf, objectCheckers } from '../checkers/levels.ts';
import { outcomesOf } from '../checkers/stats.ts';
import type { History } from '../columns/history.ts';
import { edn } from '../formats/edn.ts';
import type { CheckFlags, CheckInput } from './checkInput.ts';
import type { Progress } from './progress.ts';

/** One file's answer; the element of `--json`, harness/schemas/check.schema.json. */
export interface CheckRow {
  readonly file: string;
  readonly valid: Validity;
  readonly operations: number;
  /** What checking took, without reading. */
  readonly milliseconds: number;
  readonly anomalies: readonly (Anomaly & { readonly checker: string })[];
  /** Why it is unknown, a sentence each. */
  readonly reasons: readonly string[];
  readonly format: string;
  readonly spec: string;
  readonly guarantee: {
    readonly judged: readonly Guarantee[];
    readonly held: readonly Guarantee[];
    readonly violated: readonly Guarantee[];
    readonly undecided: readonly Guarantee[];
    /** The maximal ones of `held`. */
    readonly strongestHeld: readonly Guarantee[];
  };
  readonly warnings: readonly string[];
}

export interface Judged {
  readonly row: CheckRow;
  readonly input: CheckInput;
  readonly judgement: Judgement;
  /** Whether somebody wants to know of every level whether it held. */
  readonly isStrongestAsked: boolean;
  /** Whether the history shows nothing that could be judged; a warning says why. */
  readonly isNothing: boolean;
}

export interface JudgeOptions extends CheckFlags {
  readonly budgetSeconds: number;
  readonly progress: Progress;
}

/** Runs all checkers within the budget, which is this file's alone. */
export function judgeInput(input: CheckInput, options: JudgeOptions): Judged {
  const startedMs = performance.now();
  const { file, history } = input;
  const { length } = history.operations;
  const nothing = whyNothing(history);
  const deadline = deadlineBudget(() => performance.now(), 1000 * options.budgetSeconds);
  const budget = options.progress.watching(deadline, `checking ${length} operations`);
  const { judgement, warnings } = judgeFromAnyStart(input, options, budget);
  const milliseconds = Math.round(1000 * (performance.now() - startedMs)) / 1000;
  const silence = nothing === undefined ? [] : [`${file}: ${nothing}`];
  return {
    row: rowOf(input, judgement, milliseconds, [...input.warnings, ...warnings, ...silence]),
    input,
    judgement,
    isStrongestAsked: options.guarantee === 'strongest',
    isNothing: nothing !== undefined,
  };
}

/** A history that shows nothing is no violation, and no proof of anything either. */
function whyNothing(history: History): string | undefined {
  const { ok, fail, info } = outcomesOf(history);
  if (ok > 0) return undefined;
  const what =
    fail + info === 0 ? 'it holds no operations' : `none of its ${fail + info} operations succeeded`;
  return `${what}, and of nothing every guarantee holds`;
}

/** The part of the budget that goes to the start from nil. */
const partFromNil = 0.75;

interface FromStart {
  readonly judgement: Judgement;
  readonly warnings: readonly string[];
}

/**
 * EDN files do not say what a register holds at first; tests of Jepsen and Knossos begin with nil or with 0. So such a
 * history is wrong only if it is wrong from both; then it is explained from where it makes more sense.
 */
function judgeFromAnyStart(input: CheckInput, options: JudgeOptions, budget: Budget): FromStart {
  const strongest = options.guarantee === 'strongest' ? 'asked' : 'when-violated';
  const isStartKnown = options.initial !== undefined || input.format !== edn || !isRegister(input);
  // An explanation must not use up what the second question needs.
  const first = isStartKnown ? budget : shareOf(budget, partFromNil);
  const judgement = judgeFrom(input, options.initial, strongest, first);
  if (isStartKnown || judgement.valid !== false) return { judgement, warnings: [] };
  const fromZero = judgeFrom(input, 0, strongest, budget);
  if (!explainsMore(fromZero, judgement)) return { judgement, warnings: [] };
  const how = startAtZero.get(fromZero.valid);
  return {
    judgement: fromZero,
    warnings: [`${input.file}: ${how} registers may start at 0 instead of nil; say which with --initial`],
  };
}

const startAtZero = new Map<Validity, string>([
  [true, 'this holds only if'],
  ['unknown', 'this is undecided only because'],
  [false, 'this is what remains if'],
]);

/** Of a history that is wrong from both starts, the one that leaves less to blame is what was meant. */
function explainsMore(one: Judgement, other: Judgement): boolean {
  if (one.valid !== false) return true;
  const violated = one.levels.violated.length - other.levels.violated.length;
  return violated !== 0 ? violated < 0 : anomalyCount(one) < anomalyCount(other);
}

function anomalyCount({ checkers, deciding }: Judgement): number {
  return deciding.reduce((sum, name) => sum + (checkers.get(name)?.anomalies.length ?? 0), 0);
}

function isRegister({ spec }: CheckInput): boolean {
  return spec.name === 'register' || spec.name === 'cas-register';
}

function judgeFrom(
  { history, levels, spec, workload }: CheckInput,
  initial: Json | undefined,
  strongest: Question['strongest'],
  budget: Budget,
): Judgement {
  const subject = { spec, ...(initial === undefined ? {} : { initial }) };
  return judgeHistory(history, {
    levels,
    checkerOf: (level) =>
      (initial === undefined ? workload : undefined)?.checker(level) ?? checkerOf(level, subject),
    whyNot: (level) => `${spec.name} has no checker for ${level}`,
    always: workload?.always ?? objectCheckers(subject, levels),
    measures: measuresOf(subject),
    budget,
    strongest,
    minimal: { observers: spec.observers },
  });
}

function rowOf(
  { file, format, history, spec, levels }: CheckInput,
  { valid, checkers, deciding, levels: found }: Judgement,
  milliseconds: number,
  warnings: readonly string[],
): CheckRow {
  const verdicts = deciding.flatMap((name) => {
    const verdict = checkers.get(name);
    return verdict === undefined ? [] : [{ name, verdict }];
  });
  const { held, violated, undecided, strongestHeld } = found;
  const isAsked = levels.length > 0;
  return {
    file,
    valid: isAsked ? valid : worst([valid, 'unknown']),
    operations: history.operations.length,
    milliseconds,
    anomalies: verdicts.flatMap(({ name, verdict }) =>
      verdict.anomalies.map((anomaly) => ({ checker: name, ...anomaly })),
    ),
    reasons: [
      ...(isAsked ? [] : ['nothing is claimed, so there is nothing to judge; ask with --guarantee']),
      ...verdicts.flatMap(({ name, verdict }) =>
        verdict.valid === 'unknown' ? [`${name}: ${verdict.reason ?? 'undecided, without a reason'}`] : [],
      ),
    ],
    format: format.name,
    spec: spec.name,
    guarantee: { judged: levels, held, violated, undecided, strongestHeld },
    warnings,
  };
}
