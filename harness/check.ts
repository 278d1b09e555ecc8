/**
 * The checkers as a library: a history and what it should have held go in, a verdict comes out.
 *
 *     const result = check(history, { spec: 'cas-register', guarantee: 'linearizable' });
 *     if (result.valid === false) console.log(result.anomalies[0].explanation);
 *
 * Pure: the same history and options get the same result, as long as the budget counts search nodes.
 */
import { guarantees, type Guarantee } from '../nodes/kernel/model.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { nodeBudget } from './checkers/budget.ts';
import type { Anomaly, Budget, Checker, Validity, Verdict } from './checkers/checker.ts';
import { judgeHistory } from './checkers/judgement.ts';
import { checkerOf, defaultLevels, measuresOf, objectCheckers, type Subject } from './checkers/levels.ts';
import { outcomesOf, type Outcomes } from './checkers/stats.ts';
import type { LevelsFound } from './checkers/strongest.ts';
import { refuseOtherCompletions } from './columns/completions.ts';
import type { Reading } from './columns/events.ts';
import type { History } from './columns/history.ts';
import { historyOf, type HistoryInput } from './eventInput.ts';
import { MalformedHistory } from './history.ts';
import { specNamed, specs, whyNotInitial } from './specs/index.ts';
import type { SequentialSpec } from './specs/spec.ts';

export interface CheckOptions extends Partial<Reading> {
  /** What the operations act on: the name of a built-in spec, or a spec of your own. */
  readonly spec: string | SequentialSpec;
  /**
   * The level, or levels, that the history should have held. Without one: the strongest that the spec has, linearizable
   * for objects and strict-serializable for transactions. `strongest` asks that one, and which held if it did not.
   */
  readonly guarantee?: Guarantee | readonly Guarantee[] | 'strongest';
  /** The state of every key before the first operation; the spec's own default when absent. */
  readonly initial?: Json;
  /** How many search nodes all checkers together may visit (default: a hundred million), or any other budget. */
  readonly budget?: number | Budget;
  /** Further checkers to run. */
  readonly checkers?: readonly Checker[];
}

/** An anomaly, and the checkers that found it. */
export interface FoundAnomaly extends Anomaly {
  readonly checker: string;
}

export interface CheckResult {
  /** Whether the history held what was asked: false with anomalies that prove it, unknown with reasons. */
  readonly valid: Validity;
  /** How the client operations ended. */
  readonly operations: Outcomes;
  /** What became of the levels that were asked, and of those that follow from them. */
  readonly levels: Pick<LevelsFound, 'held' | 'violated' | 'undecided' | 'strongestHeld'>;
  /** The verdict of every checker that was run, by its name. */
  readonly checkers: Readonly<Record<string, Verdict>>;
  /** What all of them found. */
  readonly anomalies: readonly FoundAnomaly[];
}

/** Options that cannot be followed: what is wrong, and what there is. */
export class CheckError extends Error {
  override name = 'CheckError';
}

const searchNodesDefault = 100_000_000;

/**
 * Judges a history. Throws CheckError for options that make no sense, and MalformedHistory for events that do not form
 * a history (a process with two operations in flight, an operation that the spec does not have …).
 */
export function check(input: HistoryInput, options: CheckOptions): CheckResult {
  const subject = subjectOf(options);
  const levels = levelsOf(options, subject.spec);
  const history = historyOf(input, readingOf(options));
  refuseUnfit(history, subject.spec);
  const {
    valid,
    levels: found,
    checkers,
  } = judgeHistory(history, {
    levels,
    checkerOf: (level) => checkerOf(level, subject),
    whyNot: (level) => `${subject.spec.name} has no checker for ${level}`,
    measures: measuresOf(subject),
    always: [...objectCheckers(subject, levels), ...(options.checkers ?? [])],
    budget: budgetOf(options),
    strongest: options.guarantee === 'strongest' ? 'asked' : 'never',
    minimal: { observers: subject.spec.observers },
  });
  const { held, violated, undecided, strongestHeld } = found;
  return {
    valid,
    operations: outcomesOf(history),
    levels: { held, violated, undecided, strongestHeld },
    checkers: Object.fromEntries(checkers),
    anomalies: [...checkers].flatMap(([checker, { anomalies }]) =>
      anomalies.map((anomaly) => ({ checker, ...anomaly })),
    ),
  };
}

function subjectOf({ spec: named, initial }: Partial<CheckOptions> = {}): Subject {
  const spec = specOf(named);
  if (initial === undefined) return { spec };
  const whyNot = whyNotInitial(spec, initial);
  if (whyNot !== undefined) throw new CheckError(whyNot);
  return { spec, initial };
}

function specOf(spec: string | SequentialSpec | undefined): SequentialSpec {
  if (typeof spec === 'object') return spec;
  const builtIn = spec === undefined ? undefined : specNamed(spec);
  if (builtIn) return builtIn;
  throw new CheckError(`no spec '${spec}'; there is ${specs.map((other) => other.name).join(', ')}`);
}

function levelsOf({ guarantee }: CheckOptions, spec: SequentialSpec): readonly Guarantee[] {
  if (guarantee === undefined || guarantee === 'strongest') return defaultLevels(spec);
  const levels = typeof guarantee === 'string' ? [guarantee] : guarantee;
  for (const level of levels) {
    if (!guarantees.includes(level))
      throw new CheckError(`no guarantee '${String(level)}'; there is ${guarantees.join(', ')}`);
    if (checkerOf(level, { spec }) !== null) continue;
    const judgeable = guarantees.filter((other) => checkerOf(other, { spec }) !== null);
    throw new CheckError(
      `${spec.name} histories cannot be checked for ${level}; there is ${judgeable.join(', ')}`,
    );
  }
  return levels;
}

function readingOf({ nilRead, failedCas }: CheckOptions): Partial<Reading> {
  if (nilRead !== undefined && nilRead !== 'value' && nilRead !== 'unknown')
    throw new CheckError(`nilRead is value or unknown, not '${String(nilRead)}'`);
  if (failedCas !== undefined && failedCas !== 'drop' && failedCas !== 'constrain')
    throw new CheckError(`failedCas is drop or constrain, not '${String(failedCas)}'`);
  return {
    ...(nilRead === undefined ? {} : { nilRead }),
    ...(failedCas === undefined ? {} : { failedCas }),
  };
}

function budgetOf({ budget = searchNodesDefault }: CheckOptions): Budget {
  if (typeof budget !== 'number') return budget;
  if (!(budget >= 0)) throw new CheckError(`a budget is a number of search nodes, not ${budget}`);
  return nodeBudget(budget);
}

/** Pairs the events, which throws for what is no history, and looks whether the spec has all their operations. */
function refuseUnfit(history: History, spec: SequentialSpec): void {
  refuseOtherCompletions(history);
  const { f, start, length } = history.operations;
  // A spec that names no operations says at its steps what it does not have.
  if (spec.operations.length === 0) return;
  const names = history.events.fNames;
  const known = new Set(spec.operations.map((operation) => names.find(operation.f)));
  for (let row = 0; row < length; row++) {
    if (known.has(f[row] ?? 0)) continue;
    const has = spec.operations.map((operation) => operation.f).join(', ');
    const found = names.get(f[row] ?? 0);
    const at = start[row] ?? 0;
    throw new MalformedHistory(at, `event ${at}: '${found}' is no operation of ${spec.name}; it has ${has}`);
  }
}
