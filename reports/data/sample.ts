/**
 * A picture without script has room for some two thousand marks. When there are more operations, the ones that a reader
 * would miss stay: all that violations name, the slowest of every moment, then the rare outcomes, then an even share.
 */
import type { Outcome } from './describe.ts';
import type { TimedOperation } from './view.ts';

export const marksMax = 2000;
const moments = 300;

export function sampled(
  operations: readonly TimedOperation[],
  endNs: number,
  kept: ReadonlySet<TimedOperation>,
): readonly TimedOperation[] {
  if (operations.length <= marksMax) return operations;
  const chosen = new Set(kept);
  for (const operation of slowestOfEachMoment(operations, endNs)) chosen.add(operation);
  const outcomes: readonly Outcome[] = ['info', 'fail', 'open', 'ok'];
  for (const [at, outcome] of outcomes.entries()) {
    const room = Math.max(0, marksMax - chosen.size);
    const share = outcome === 'ok' ? room : Math.floor(room / (outcomes.length - at));
    const candidates = operations.filter(
      (operation) => operation.outcome === outcome && !chosen.has(operation),
    );
    for (const operation of evenShare(candidates, share)) chosen.add(operation);
  }
  return operations.filter((operation) => chosen.has(operation));
}

function slowestOfEachMoment(operations: readonly TimedOperation[], endNs: number): Iterable<TimedOperation> {
  const slowest = new Map<number, TimedOperation>();
  for (const operation of operations) {
    const moment = Math.floor((operation.startNs / Math.max(1, endNs)) * moments);
    const known = slowest.get(moment);
    if (!known || operation.endNs - operation.startNs > known.endNs - known.startNs)
      slowest.set(moment, operation);
  }
  return slowest.values();
}

function evenShare<T>(items: readonly T[], share: number): readonly T[] {
  if (items.length <= share) return items;
  const chosen: T[] = [];
  for (let at = 0; at < share; at++) {
    const item = items[Math.floor((at * items.length) / share)];
    if (item !== undefined) chosen.push(item);
  }
  return chosen;
}
