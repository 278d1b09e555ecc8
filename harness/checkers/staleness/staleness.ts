/** Staleness as a checker: it measures, and refuses nothing; with the sentence that tells what was measured. */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { shareOf } from '../budget.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { notAccesses } from '../doubts.ts';
import { kAtomic } from './kAtomic.ts';
import { stalenessOf, type StalenessOptions, type StalenessReport } from './stalenessOf.ts';

/** Measures how stale reads were; its stats say what `stalenessOf` reports. */
export function staleness(spec: SequentialSpec, options: Omit<StalenessOptions, 'budget'> = {}): Checker {
  return {
    name: 'staleness',
    meaning: `how stale reads were; a measurement, which nothing fails (${spec.name})`,
    check: (history, budget) => check(history, budget, spec, options),
  };
}

function check(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  options: Omit<StalenessOptions, 'budget'>,
): Verdict {
  const report = stalenessOf(history, spec, { ...options, budget });
  if (!report) return { valid: 'unknown', anomalies: [], reason: notAccesses, stats: {} };
  const least = leastK(history, budget, spec, options);
  return {
    valid: true,
    anomalies: [],
    stats: {
      ...countsOf(report),
      ...(isTimed(history) ? timesOf(report) : {}),
      ...(least === undefined ? {} : { leastK: least }),
    },
  };
}

const kMax = 4;

/** The least k for which every read returned one of the last k values; undefined beyond `kMax`, or when undecided. */
function leastK(
  history: History,
  budget: Budget,
  spec: SequentialSpec,
  options: Omit<StalenessOptions, 'budget'>,
): number | undefined {
  for (let k = 1; k <= kMax; k++) {
    const { valid } = kAtomic(k, spec, options).check(history, shareOf(budget, 1 / (kMax - k + 2)));
    if (valid === true) return k;
    if (valid === 'unknown') return undefined;
  }
  return undefined;
}

/** Events of formats without times have their indices instead. O(events). */
function isTimed({ events: { timeNs, length } }: History): boolean {
  for (let index = 0; index < length; index++) if (timeNs[index] !== index) return true;
  return false;
}

function countsOf(report: StalenessReport): Record<string, number> {
  const { reads, stale, versions, nonMonotonic } = report;
  return {
    reads,
    unjudgedReads: report.unjudged,
    staleReads: stale,
    staleFraction: fraction(stale, reads),
    versionsBehindMedian: versions.median,
    versionsBehindMax: versions.max,
    nonMonotonicFraction: fraction(nonMonotonic, reads),
  };
}

function timesOf({ ageMs, deltaMs, gammaMs }: StalenessReport): Record<string, number> {
  return {
    ageMedianMs: ageMs.median,
    ageP99Ms: ageMs.p99,
    ageMaxMs: ageMs.max,
    ...(deltaMs === null ? {} : { deltaMs }),
    ...(gammaMs === null ? {} : { gammaMs }),
  };
}

const fraction = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** What a verdict of `staleness` measured, in a line: `2 of 31 reads were stale, by 1 version and 12.3 ms at most; …`. */
export function stalenessInWords({ stats }: Verdict): string {
  const { reads = 0, staleReads = 0, ageMaxMs, versionsBehindMax = 0, leastK: k, deltaMs, gammaMs } = stats;
  if (reads === 0) return 'no read tells how stale reads were';
  const behind = [
    `${versionsBehindMax} ${versionsBehindMax === 1 ? 'version' : 'versions'}`,
    ...(ageMaxMs === undefined ? [] : [milliseconds(ageMaxMs)]),
  ].join(' and ');
  return [
    `${staleReads} of ${reads} reads were stale${staleReads === 0 ? '' : `, by ${behind} at most`}`,
    ...(k === undefined
      ? []
      : [`all returned ${k === 1 ? 'the last value' : `one of the last ${k} values`}`]),
    ...(deltaMs === undefined ? [] : [`Δ ${milliseconds(deltaMs)}`]),
    ...(gammaMs === undefined ? [] : [`Γ ${milliseconds(gammaMs)}`]),
  ].join('; ');
}

const milliseconds = (ms: number): string => `${Number(ms.toPrecision(3))} ms`;
