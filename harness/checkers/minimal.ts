/**
 * Minimised counterexamples: of a history that a checker refuses, a sub-history as small as could be found that the same
 * checker refuses for the same reason (delta debugging, Zeller & Hildebrandt 2002). Whole keys are left out first, then
 * whole processes, then single operations.
 *
 * What is left out never happened, as far as the sub-history tells. A read whose write was left out would be wrong for a
 * reason of its own, which explains nothing; so whoever keeps an operation keeps one that left what it saw
 * (minimalSources.ts). Up to that the result is 1-minimal: without any one of its operations, either the check does not
 * fail in this way or some operation saw what nobody left.
 */
import type { History } from '../columns/history.ts';
import { noName } from '../columns/interner.ts';
import { shareOf } from './budget.ts';
import type { Anomaly, Budget, Checker, Verdict } from './checker.ts';
import { lastHeld } from './minimalPrefix.ts';
import { excerptOf, type Excerpt } from './minimalExcerpt.ts';
import { sourcesIn, type Sources } from './minimalSources.ts';
import { runSafely } from './run.ts';

/** So many anomalies of a verdict are minimised unless somebody says otherwise; they are usually alike. */
const minimisedDefault = 8;
/** So many sub-histories are checked for one anomaly … */
const checksMax = 500;
/** … and so many operations in all of them together. */
const rowsCheckedMax = 2_000_000;
/** The part of the budget left that may go into explanations. */
const budgetPart = 0.2;

export interface MinimalOptions {
  /** The operations that leave nothing behind. */
  readonly observers?: readonly string[];
  /** So many of the anomalies are minimised: the first of each kind, then others. */
  readonly minimisedMax?: number;
}

/**
 * The verdict with minimal sub-histories for its first anomalies and, where no legal order describes how far the history
 * was right, the prefix for which the check held. Costs checks of parts of the history, within a part of the budget; a
 * verdict without a violation costs nothing.
 */
export function withMinimal(
  history: History,
  checker: Checker,
  verdict: Verdict,
  budget: Budget,
  { observers = [], minimisedMax = minimisedDefault }: MinimalOptions = {},
): Verdict {
  if (verdict.valid !== false) return verdict;
  try {
    return explained(history, checker, verdict, budget, { observers, minimisedMax });
  } catch {
    // A value too deep to be written down, say: a verdict stands without its explanation.
    return verdict;
  }
}

function explained(
  history: History,
  checker: Checker,
  verdict: Verdict,
  budget: Budget,
  { observers, minimisedMax }: Required<MinimalOptions>,
): Verdict {
  const own = shareOf(budget, budgetPart);
  const sources = sourcesIn(history, observers);
  const chosen = chosenOf(verdict.anomalies, minimisedMax);
  let left = chosen.size;
  const anomalies = verdict.anomalies.map((anomaly) => {
    if (!chosen.has(anomaly)) return anomaly;
    const share = shareOf(own, 1 / (left-- + 1));
    const minimal = new Minimiser({ history, checker, anomaly, budget: share, sources }).result();
    return minimal === undefined ? anomaly : { ...anomaly, minimal };
  });
  if (anomalies.some(({ prefix }) => prefix !== undefined)) return { ...verdict, anomalies };
  const heldUntil = lastHeld(history, checker, verdict.anomalies, own);
  return { ...verdict, anomalies, ...(heldUntil === undefined ? {} : { heldUntil }) };
}

/** So many of the anomalies that are not small yet: the first of each kind, then others. */
function chosenOf(anomalies: readonly Anomaly[], numberMax: number): ReadonlySet<Anomaly> {
  const open = anomalies.filter(({ minimal }) => minimal === undefined);
  const kinds = new Set<string>();
  const firsts = open.filter(({ kind }) => !kinds.has(kind) && kinds.add(kind));
  return new Set([...new Set([...firsts, ...open])].slice(0, numberMax));
}

interface Question {
  readonly history: History;
  readonly checker: Checker;
  readonly anomaly: Anomaly;
  readonly budget: Budget;
  readonly sources: Sources;
}

class Minimiser {
  private readonly question: Question;
  private checksLeft = checksMax;
  private rowsLeft = rowsCheckedMax;

  constructor(question: Question) {
    this.question = question;
  }

  /** The events of the minimal sub-history, ascending; undefined when the reason was not found again in any part. */
  result(): number[] | undefined {
    for (const rows of this.beginnings()) {
      const excerpt = excerptOf(this.question.history, rows);
      const all = excerpt.history.operations;
      const kept = Array.from({ length: all.length }, (_, row) => row);
      if (this.fails(excerpt, kept) === true) return excerpt.eventsOf(this.reduced(excerpt, kept));
    }
    return undefined;
  }

  /**
   * Where to begin, the smallest part first: the anomaly's operations, its key until then, everything until then; and at
   * last everything, for what shows only by what came later (an element that was missed, and not lost).
   */
  private *beginnings(): Generator<readonly number[]> {
    const { history, anomaly, sources } = this.question;
    const last = anomaly.ops.at(-1) ?? history.length - 1;
    yield sources.closure(rowsOf(history, new Set(anomaly.ops)));
    const { start, key, length } = history.operations;
    const keyId = anomaly.key === undefined ? noName : history.events.keyNames.find(anomaly.key);
    const until: number[] = [];
    for (let row = 0; row < length && (start[row] ?? 0) <= last; row++) until.push(row);
    if (keyId !== noName) yield until.filter((row) => key[row] === keyId);
    yield until;
    if (until.length < length) yield Array.from({ length }, (_, row) => row);
  }

  private reduced(excerpt: Excerpt, all: readonly number[]): readonly number[] {
    const { key, process } = excerpt.history.operations;
    const sources = sourcesIn(excerpt.history, this.question.sources.observers);
    const fails = (rows: readonly number[]): boolean | undefined => this.fails(excerpt, rows);
    const isWorthIt = all.length > 8;
    let rows = all;
    if (isWorthIt) rows = leaveOut(rows, (row) => key[row] ?? noName, sources, fails);
    if (isWorthIt) rows = leaveOut(rows, (row) => process[row] ?? 0, sources, fails);
    for (let before = Infinity; rows.length < before;) {
      before = rows.length;
      rows = leaveOut(rows, (row) => row, sources, fails);
    }
    return rows;
  }

  /** Whether the same checker refuses these operations alone for the same reason; undefined once it was asked too often. */
  private fails({ history }: Excerpt, rows: readonly number[]): boolean | undefined {
    const { checker, anomaly, budget } = this.question;
    if (this.checksLeft === 0 || rows.length > this.rowsLeft || !budget.spend(rows.length + 1))
      return undefined;
    this.checksLeft--;
    this.rowsLeft -= rows.length;
    const { valid, anomalies } = runSafely(checker, history.restrictedTo(rows), budget);
    return valid === false && anomalies.some(({ kind }) => kind === anomaly.kind);
  }
}

/** The operations that these events belong to. O(operations). */
function rowsOf(history: History, events: ReadonlySet<number>): number[] {
  const { length, start, completion } = history.operations;
  const rows: number[] = [];
  for (let row = 0; row < length; row++)
    if (events.has(start[row] ?? -1) || events.has(completion[row] ?? -1)) rows.push(row);
  return rows;
}

/** Leaves units of rows out while the rest fails: halves of all units first, single ones last, until nobody answers. */
function leaveOut(
  all: readonly number[],
  unitOf: (row: number) => number,
  sources: Sources,
  fails: (rows: readonly number[]) => boolean | undefined,
): readonly number[] {
  let rows = all;
  let units = [...new Set(rows.map(unitOf))];
  for (let size = Math.ceil(units.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < units.length;) {
      const without = new Set(units.slice(from, from + size));
      const candidate = sources.closure(rows.filter((row) => !without.has(unitOf(row))));
      const isSmaller = candidate.length < rows.length && candidate.length > 0;
      const isStillWrong = isSmaller && fails(candidate);
      if (isStillWrong === undefined) return rows;
      if (isStillWrong) {
        rows = candidate;
        const left = new Set(rows.map(unitOf));
        units = units.filter((unit) => left.has(unit));
      } else from += size;
    }
  }
  return rows;
}
