/**
 * An early way out for registers whose values repeat. Clusters need every value that is read to be written once; where
 * few values are written again and again, the first operations show that they are not, and nothing need be built.
 */
import { AccessReader, initialId, noValue, readAccess } from '../accesses.ts';
import { okOutcome } from '../../columns/operations.ts';
import type { Part } from './specialCase.ts';

/** So many operations are looked at: who does not repeat values by then is worth the whole way. */
const rowsMax = 64;

/**
 * Whether the first operations show that clusters are not known: a value is read that was left more than once, or an
 * operation is no access. Then `clustersOf` would say so too: every read before was of a value that had been there, so
 * it is no violation that it would find first. False decides nothing. O(1).
 */
export function repeatsEarly({ history, spec, rows, initial }: Part): boolean {
  const valueCount = history.events.values.size;
  if (!spec.accesses || valueCount > rows.length) return false;
  const { outcome, f } = history.operations;
  const reader = new AccessReader(history, spec);
  /** By value: how often it was left, the beginning counted. */
  const left = new Map<number, number>([[initialId(history, spec, initial), 1]]);
  for (let at = 0; at < rows.length && at < rowsMax; at++) {
    const row = rows[at] ?? 0;
    if (!reader.knows(f[row] ?? 0) || !reader.read(row, outcome[row] === okOutcome)) return true;
    if (reader.isNothing) continue;
    if (reader.left !== noValue) left.set(reader.left, (left.get(reader.left) ?? 0) + 1);
    if (reader.kind !== readAccess) continue;
    const times = left.get(reader.seen) ?? 0;
    if (times !== 1) return times > 1;
  }
  return false;
}
