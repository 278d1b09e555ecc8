/** Staleness as a checker: it measures, and refuses nothing. */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Budget, Checker, Verdict } from '../checker.ts';
import { notAccesses } from '../doubts.ts';
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
  return { valid: true, anomalies: [], stats: statsOf(report) };
}

function statsOf(report: StalenessReport): Record<string, number> {
  const { reads, stale, ageMs, versions, nonMonotonic, deltaMs, gammaMs } = report;
  return {
    reads,
    unjudgedReads: report.unjudged,
    staleReads: stale,
    staleFraction: shareOf(stale, reads),
    ageMedianMs: ageMs.median,
    ageP99Ms: ageMs.p99,
    ageMaxMs: ageMs.max,
    versionsBehindMedian: versions.median,
    versionsBehindMax: versions.max,
    nonMonotonicFraction: shareOf(nonMonotonic, reads),
    ...(deltaMs === null ? {} : { deltaMs }),
    ...(gammaMs === null ? {} : { gammaMs }),
  };
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
