/** How stale the reads of a history were: a report in numbers, for tables and plots. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import { accessesOf, initialId } from '../accesses.ts';
import { unlimited } from '../budget.ts';
import type { Budget } from '../checker.ts';
import { Writers } from '../writers.ts';
import { scratchOf } from '../polynomial/scratch.ts';
import { clockOf } from './clock.ts';
import { measureReads, unjudgedReads, type MeasuredRead } from './reads.ts';
import { SlackNeeded } from './slackNeeded.ts';
import { byKey, versionsOf } from './versions.ts';

export interface StalenessOptions {
  /** The value of every key before the first operation. */
  readonly initial?: Json;
  /** Bounds the search for Δ and Γ, which are null when it is used up. */
  readonly budget?: Budget;
}

/** Of some numbers; all 0 when there are none. */
export interface Distribution {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** Reads that began so long after the last write before them was acknowledged. */
export interface Bucket {
  readonly fromMs: number;
  /** Infinite in the last one. */
  readonly toMs: number;
  readonly reads: number;
  readonly stale: number;
}

export interface StalenessReport {
  /** Answered reads whose version is known. */
  readonly reads: number;
  /** Reads of values that were written several times, never, or only later. */
  readonly unjudged: number;
  /** Reads that began after a newer version had been acknowledged: at least so many. */
  readonly stale: number;
  /** Of stale reads: milliseconds since the first newer version was acknowledged. */
  readonly ageMs: Distribution;
  /** Of stale reads: how many newer versions had been acknowledged. */
  readonly versions: Distribution;
  /** Reads of an older version than the session had read before. */
  readonly nonMonotonic: number;
  /** How likely a read was stale, by the time since the last write before it: PBS's t-visibility. */
  readonly bySinceWrite: readonly Bucket[];
  /**
   * The least Δ in milliseconds for which the history is Δ-atomic: every read returns a value that was current at some
   * moment from Δ before its start to its end. Null when none is enough or it could not be found out.
   */
  readonly deltaMs: number | null;
  /** Γ in milliseconds: how far operations must be stretched at both ends to make the history linearizable; or null. */
  readonly gammaMs: number | null;
  /** Versions that were there, and how many of them conflict with another one; of keys that zones decide. */
  readonly writtenVersions: number;
  readonly conflictingVersions: number;
}

const bucketEdgesMs = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, Infinity];
const nsPerMs = 1e6;

/**
 * Measures the staleness of reads. Undefined when the history has operations that are no accesses to values. Times are
 * those of the events and as good as their clock; what is before what is the order of the history. O(n log n).
 */
export function stalenessOf(
  history: History,
  spec: SequentialSpec,
  options: StalenessOptions = {},
): StalenessReport | undefined {
  const accesses = accessesOf(history, spec);
  if (!accesses) return undefined;
  const initial = initialId(history, spec, options.initial);
  const writers = new Writers(accesses);
  const versionOf = new Int32Array(accesses.length);
  const clock = clockOf(history.events);
  const tally = new Tally();
  const slack = new SlackNeeded(clock, scratchOf(history.events).atEvent, options.budget ?? unlimited);
  for (const key of byKey(accesses)) {
    const versions = versionsOf(key, writers, initial, versionOf);
    tally.unjudged += unjudgedReads(key, versions);
    measureReads(key, versions, clock, (_, read) => {
      tally.add(read);
    });
    slack.add(versions);
  }
  return { ...tally.report(), ...slack.report() };
}

/** Gathers reads. */
class Tally {
  unjudged = 0;
  private reads = 0;
  private nonMonotonic = 0;
  private readonly agesMs: number[] = [];
  private readonly lags: number[] = [];
  private readonly buckets = bucketEdgesMs.slice(1).map((toMs, at) => ({
    fromMs: bucketEdgesMs[at] ?? 0,
    toMs,
    reads: 0,
    stale: 0,
  }));

  add({ lag, ageNs, sinceWriteNs, isOlderThanSeen }: MeasuredRead): void {
    const sinceMs = sinceWriteNs / nsPerMs;
    const bucket = this.buckets.find(({ toMs }) => sinceMs < toMs);
    this.reads++;
    if (isOlderThanSeen) this.nonMonotonic++;
    if (bucket) bucket.reads++;
    if (lag === 0) return;
    if (bucket) bucket.stale++;
    this.lags.push(lag);
    this.agesMs.push(ageNs / nsPerMs);
  }

  report(): Omit<StalenessReport, keyof ReturnType<SlackNeeded['report']>> {
    return {
      reads: this.reads,
      unjudged: this.unjudged,
      stale: this.lags.length,
      ageMs: distributionOf(this.agesMs),
      versions: distributionOf(this.lags),
      nonMonotonic: this.nonMonotonic,
      bySinceWrite: this.buckets.filter(({ reads }) => reads > 0),
    };
  }
}

function distributionOf(numbers: readonly number[]): Distribution {
  const sorted = Float64Array.from(numbers).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { median: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
