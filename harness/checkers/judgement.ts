/**
 * Decides from a history what was asked of it: the levels, and the checks that apply whatever level is asked. Says which
 * is the strongest level that held where an asked one did not, and makes counterexamples small.
 */
import { guarantees, type Guarantee } from '../../nodes/kernel/model.ts';
import type { History } from '../columns/history.ts';
import { shareOf } from './budget.ts';
import { worst, type Budget, type Checker, type Validity, type Verdict } from './checker.ts';
import { withMinimal, type MinimalOptions } from './minimal.ts';
import { runOnce, undecided } from './run.ts';
import { findStrongest, levelsIn, type LevelsFound } from './strongest.ts';

export interface Question {
  /** The levels that the history should have held. */
  readonly levels: readonly Guarantee[];
  readonly checkerOf: (level: Guarantee) => Checker | null;
  /** Why a level without a checker cannot be decided. */
  readonly whyNot: (level: Guarantee) => string;
  /** Checks that apply whatever level is asked; cheap ones. */
  readonly always: readonly Checker[];
  /** Measurements; they decide nothing. */
  readonly measures?: readonly Checker[];
  /** When they are made (default: when an asked level is violated). */
  readonly measured?: 'always' | 'when-violated';
  /** Shared by all checkers. */
  readonly budget: Budget;
  /** Whether the strongest level that held is asked for, or told as an extra: always, where one is violated, or never. */
  readonly strongest: 'asked' | 'extra' | 'when-violated' | 'never';
  /** How counterexamples are made small. */
  readonly minimal: MinimalOptions;
}

export interface Judgement {
  /** The worst of what was asked; true when nothing was. */
  readonly valid: Validity;
  readonly levels: LevelsFound;
  /**
   * The verdicts by the names of their checkers: of the levels asked, of the checks that always apply, of further levels, and
   * measurements.
   */
  readonly checkers: ReadonlyMap<string, Verdict>;
  /** The names of the checkers that decide whether it is valid. */
  readonly deciding: readonly string[];
}

/** The part of the budget that goes to the levels asked where the others are asked for as well: no search may eat it all. */
const askedPart = 0.5;

/** The part of the budget left that goes to finding the strongest level: much if it was asked, little if it is an extra. */
const strongestPart = { asked: 0.5, extra: 0.05, 'when-violated': 0.05, never: 0 } as const;

/** The part of the budget left for the counterexamples of levels that nobody asked for. */
const furtherPart = 0.02;

/** The part of the budget left that each measurement may use. */
const measuresPart = 0.02;

/** A violation costs its explanation; without one nothing more is done than was asked. */
export function judgeHistory(history: History, question: Question): Judgement {
  const { budget, checkerOf } = question;
  const run = runOnce(history);
  // Cheap ones first: a search that uses the whole budget up must not hide what they find.
  const always = question.always.map((checker) => ({
    name: checker.name,
    checker,
    verdict: run(checker, budget),
  }));
  const forAsked = question.strongest === 'asked' ? shareOf(budget, askedPart) : budget;
  const first = question.levels.map((level, at) => {
    const checker = checkerOf(level);
    const share = shareOf(forAsked, 1 / (question.levels.length - at));
    const verdict = checker ? run(checker, share) : undecided(question.whyNot(level));
    return { name: level, checker, verdict };
  });
  // Some levels are also checks that belong to an object.
  const levelsAmong = always.flatMap(({ name, verdict }) =>
    isLevel(name) ? [[name, verdict] as const] : [],
  );
  const known = new Map([...levelsAmong, ...first.map(({ name, verdict }) => [name, verdict] as const)]);
  const isViolated = first.some(({ verdict }) => verdict.valid === false);
  const isSought = question.strongest === 'when-violated' ? isViolated : question.strongest !== 'never';
  const levels = isSought
    ? findStrongest({ history, checkerOf, budget: shareOf(budget, strongestPart[question.strongest]), known })
    : levelsIn(known);
  const further = [...levels.verdicts].flatMap(([name, verdict]) =>
    known.has(name) ? [] : [{ name, checker: checkerOf(name), verdict }],
  );
  const asked = first.map((one) => {
    const by = one.verdict.valid === 'unknown' ? decidedBy(one.name, known, levels) : undefined;
    return by === undefined ? one : { name: one.name, checker: checkerOf(by.level), verdict: by.verdict };
  });
  const isMeasured = question.measured === 'always' || isViolated;
  const measured = (isMeasured ? (question.measures ?? []) : []).map((checker) => ({
    name: checker.name,
    checker,
    verdict: run(checker, shareOf(budget, measuresPart)),
  }));
  const deciding = [...asked, ...always];
  const explained = explainer(history, question.minimal);
  const spare = shareOf(budget, furtherPart);
  return {
    valid: worst(deciding.map(({ verdict }) => verdict.valid)),
    levels,
    checkers: new Map([
      ...deciding.map(({ name, checker, verdict }) => [name, explained(checker, verdict, budget)] as const),
      ...further.map(({ name, checker, verdict }) => [name, explained(checker, verdict, spare)] as const),
      ...measured.map(({ name, verdict }) => [name, verdict] as const),
    ]),
    // A level that was asked for may be among the checks that always apply.
    deciding: [...new Set(deciding.map(({ name }) => name))],
  };
}

/**
 * What finding the strongest level found out of a level that was undecided: by asking it again, or by refuting a weaker
 * one that was not asked, which refutes it too. (One that a stronger level implies stays undecided: nothing was seen of
 * what it is about.)
 */
function decidedBy(
  name: Guarantee,
  known: ReadonlyMap<Guarantee, Verdict>,
  { impliedBy, verdicts }: LevelsFound,
): { readonly level: Guarantee; readonly verdict: Verdict } | undefined {
  const level = impliedBy.get(name) ?? name;
  const verdict = verdicts.get(level);
  const isProof = level === name || (verdict?.valid === false && !known.has(level));
  return verdict && isProof ? { level, verdict } : undefined;
}

function isLevel(name: string): name is Guarantee {
  return (guarantees as readonly string[]).includes(name);
}

/** Makes counterexamples small, each verdict's once: levels that are decided by the same search share theirs. */
function explainer(
  history: History,
  minimal: MinimalOptions,
): (checker: Checker | null, verdict: Verdict, budget: Budget) => Verdict {
  const explained = new Map<Verdict, Verdict>();
  return (checker, verdict, budget) => {
    if (checker === null || verdict.valid !== false) return verdict;
    const known = explained.get(verdict);
    if (known) return known;
    const small = withMinimal(history, checker, verdict, budget, minimal);
    explained.set(verdict, small);
    return small;
  };
}
