/** The anomalies of all checkers in the order in which a reader wants them: by the earliest event that proves one. */
import { guarantees } from '../../nodes/kernel/model.ts';
import type { Anomaly } from '../../harness/checkers/checker.ts';
import type { TimedOperation, ReportView } from './view.ts';

export interface FoundAnomaly {
  /** From 1; the page's `#violation-1`. */
  readonly number: number;
  /** Every checker that found it. */
  readonly checkers: readonly string[];
  readonly anomaly: Anomaly;
  /** The operations that prove it, in the order of their invocations. */
  readonly offending: readonly TimedOperation[];
  /** The minimal sub-history that fails the same check, in the order of invocations; empty when there is none. */
  readonly minimal: readonly TimedOperation[];
  /** When the last of them was completed; null when its events are not in the history. */
  readonly timeNs: number | null;
}

/**
 * What refutes what was asked. Levels imply each other, so several checkers often find the same thing: it is shown once.
 * What refutes a level that nobody asked for stands beside its check alone.
 */
export function anomaliesOf(view: ReportView): FoundAnomaly[] {
  const { judged } = view.results.guarantee;
  const isFurther = (name: string): boolean =>
    guarantees.some((level) => level === name) && !judged.some((level) => level === name);
  const found = new Map<string, { anomaly: Anomaly; checkers: string[] }>();
  for (const [checker, verdict] of Object.entries(view.results.checkers)) {
    if (isFurther(checker)) continue;
    for (const anomaly of verdict.anomalies) {
      const identity = JSON.stringify([anomaly.key ?? null, anomaly.ops, anomaly.explanation]);
      const known = found.get(identity);
      if (known) known.checkers.push(checker);
      else found.set(identity, { anomaly, checkers: [checker] });
    }
  }
  const byEvent = operationsByEvent(
    view,
    [...found.values()].map(({ anomaly }) => anomaly),
  );
  return [...found.values()]
    .map(({ anomaly, checkers }) => ({ anomaly, checkers, ...located(anomaly, byEvent) }))
    .sort((a, b) => (a.timeNs ?? Infinity) - (b.timeNs ?? Infinity))
    .map((item, at) => ({ number: at + 1, ...item }));
}

function located(
  anomaly: Anomaly,
  byEvent: ReadonlyMap<number, TimedOperation>,
): Pick<FoundAnomaly, 'offending' | 'minimal' | 'timeNs'> {
  const operationsOf = (events: readonly number[]): TimedOperation[] =>
    [...new Set(events.flatMap((event) => byEvent.get(event) ?? []))].sort((a, b) => a.index - b.index);
  const offending = operationsOf(anomaly.ops);
  const timeNs = offending.length === 0 ? null : Math.max(...offending.map((operation) => operation.endNs));
  return { offending, minimal: operationsOf(anomaly.minimal ?? []), timeNs };
}

/** The operations that the events named by the anomalies belong to. */
function operationsByEvent(view: ReportView, anomalies: readonly Anomaly[]): Map<number, TimedOperation> {
  const wanted = new Set(anomalies.flatMap(({ ops, minimal = [] }) => [...ops, ...minimal]));
  const byEvent = new Map<number, TimedOperation>();
  if (wanted.size === 0) return byEvent;
  for (const operation of view.operations) {
    const completion = operation.operation.completion?.index;
    if (wanted.has(operation.index)) byEvent.set(operation.index, operation);
    if (completion !== undefined && wanted.has(completion)) byEvent.set(completion, operation);
  }
  return byEvent;
}

/**
 * The one operation a reader should look at first: of the offending ones that have no place in the longest legal prefix
 * the one that ends first. Without a prefix the one that ends last: until then nobody could tell.
 */
export function culpritOf(found: FoundAnomaly): TimedOperation | undefined {
  const placed = new Set(found.anomaly.prefix?.map((step) => step.op));
  const answered = found.offending.filter(({ outcome }) => outcome === 'ok');
  const unplaced = answered.filter(({ index }) => !placed.has(index));
  if (placed.size > 0 && unplaced.length > 0)
    return unplaced.reduce((first, next) => (next.endNs < first.endNs ? next : first));
  if (answered.length === 0) return found.offending.at(-1);
  return answered.reduce((last, next) => (next.endNs >= last.endNs ? next : last));
}
