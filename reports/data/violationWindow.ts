/**
 * Which operations surround a violation: the offending ones and their nearest neighbours on the same key, few enough to
 * be looked at. Failed operations took no effect and are left out unless they are part of the proof.
 */
import type { Process } from '../../harness/history.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { FoundAnomaly } from './anomalies.ts';
import { culpritOf } from './anomalies.ts';
import type { ReportView, TimedOperation } from './view.ts';

export const shownMax = 16;
/** A client that polls a key must not fill the picture. */
const perProcessMax = 3;
const offendingMax = 12;
/** What began after the violation explains little. */
const laterMax = 2;

export interface ViolationWindow {
  /** In the order of their invocations. */
  readonly shown: readonly TimedOperation[];
  readonly offending: ReadonlySet<TimedOperation>;
  readonly culprit: TimedOperation | undefined;
  /** How many operations the key has (all of the history when the anomaly names no key). */
  readonly ofKey: number;
}

export function violationWindowOf(view: ReportView, found: FoundAnomaly): ViolationWindow {
  const { anomaly } = found;
  const candidates = view.operations.filter(
    ({ operation, outcome }) =>
      outcome !== 'fail' && (anomaly.key === undefined || operation.invocation.key === anomaly.key),
  );
  const culprit = culpritOf(found);
  const offending = new Set(nearest(found.offending, culprit, offendingMax));
  if (culprit) offending.add(culprit);
  const others = candidates.filter((operation) => !offending.has(operation));
  const isLater = ({ startNs }: TimedOperation): boolean => culprit !== undefined && startNs > culprit.endNs;
  const later = nearest(others.filter(isLater), culprit, laterMax);
  const room = Math.max(4, shownMax - offending.size - later.length);
  const earlier = nearest(fewOfEachProcess(others.filter((operation) => !isLater(operation))), culprit, room);
  const shown = [...offending, ...earlier, ...later].sort((a, b) => a.index - b.index);
  const { key } = anomaly;
  const ofKey = candidates.length > 0 || key === undefined ? candidates.length : transactionsOn(key, view);
  return { shown, offending, culprit, ofKey };
}

/** Transactions have no key of their own: how many name this one. */
function transactionsOn(key: string, { operations }: ReportView): number {
  return operations.filter(({ operation: { invocation }, outcome }) => {
    const { value } = invocation;
    if (outcome === 'fail' || !Array.isArray(value)) return false;
    return (value as readonly Json[]).some((micro) => {
      const named = Array.isArray(micro) ? (micro as readonly Json[])[1] : undefined;
      return named === key || JSON.stringify(named) === key;
    });
  }).length;
}

/** Of a minimal sub-history so many operations are drawn. */
const minimalMax = 24;

/** The minimal sub-history alone; undefined when there is none. `ofKey` counts all of its operations. */
export function minimalWindowOf(found: FoundAnomaly): ViolationWindow | undefined {
  const { minimal } = found;
  if (minimal.length === 0) return undefined;
  const blamed = culpritOf(found);
  const isThere = blamed !== undefined && minimal.includes(blamed);
  const culprit = isThere ? blamed : culpritOf({ ...found, offending: minimal });
  const shown = [...nearest(minimal, culprit, minimalMax)].sort((a, b) => a.index - b.index);
  return { shown, offending: new Set(culprit ? [culprit] : []), culprit, ofKey: minimal.length };
}

/** The last few operations of each process, latest first. */
function fewOfEachProcess(operations: readonly TimedOperation[]): readonly TimedOperation[] {
  const taken = new Map<Process, number>();
  return operations.toReversed().filter(({ operation }) => {
    const { process } = operation.invocation;
    const number = (taken.get(process) ?? 0) + 1;
    taken.set(process, number);
    return number <= perProcessMax;
  });
}

/** The operations that lie closest in time to the culprit: those that overlap it first. */
function nearest(
  operations: readonly TimedOperation[],
  culprit: TimedOperation | undefined,
  numberMax: number,
): readonly TimedOperation[] {
  if (operations.length <= numberMax) return operations;
  if (!culprit) return operations.slice(-numberMax);
  return [...operations]
    .sort((a, b) => distanceNs(a, culprit) - distanceNs(b, culprit) || b.index - a.index)
    .slice(0, numberMax);
}

/**
 * How far apart two operations are; 0 when they overlap. Open ones overlap everything that follows, so for them the
 * moment of invocation counts, or the picture would fill with them.
 */
function distanceNs(operation: TimedOperation, culprit: TimedOperation): number {
  const endNs =
    operation.outcome === 'ok' ? operation.endNs : Math.min(operation.endNs, operation.startNs + 1e9);
  return Math.max(0, culprit.startNs - endNs, operation.startNs - culprit.endNs);
}
