/**
 * Clusters and zones (Gibbons & Korach, "Testing Shared Memories", SIAM J. Comput. 1997): where every value is written
 * once, a write and all reads of its value form a cluster. Until its first operation ended its value was there, and it
 * was there again when its last one began: between these two events lies its zone.
 *
 * The value before the first operation has a virtual write that ended before everything. A write without an answer whose
 * value nobody saw may never have happened, and counts for nothing. A value that is written twice but never seen makes
 * no difficulty: each of its writes is a cluster of its own.
 */
import { never } from '../../columns/operations.ts';
import { mismatchAccess, noValue, readAccess } from '../accesses.ts';
import { freeSlot, type Cells } from './cells.ts';
import { none } from './scratch.ts';

/** The cluster of the initial value. */
export const initialCluster = 0;
/** The note about a value that several clusters have. */
const several = -2;
/** No operation of the cluster began. */
const before = -1;

export interface Clusters {
  readonly count: number;
  /** By cell; `none` of a cas that did not match. */
  readonly of: Int32Array;
  /** By cluster: index at which its first operation ended; -1 of the initial value, `never` if none did. */
  readonly firstEnd: Int32Array;
  /** By cluster: index at which its last operation began; -1 of an initial value that nobody saw. */
  readonly lastStart: Int32Array;
  /** By cluster: the cell that wrote its value; `none` of the initial value. */
  readonly writer: Int32Array;
  /** By cluster: 1 if it is known to have happened. */
  readonly counts: Int32Array;
}

/** A read that no order explains: nothing wrote its value, or only something that began after its end. */
export interface UnexplainedRead {
  readonly cell: number;
  /** The later write, or `none`. */
  readonly writer: number;
}

/** A value is read that was written twice: clusters are not known. */
export const ambiguous = 'ambiguous';

/** The slots of scratch arrays that clusters leave to others begin here. */
export const slotAfterClusters = freeSlot + 5;

/** The clusters of a register. Notes about values stay set until `forget`. O(cells). */
export function clustersOf(cells: Cells): Clusters | UnexplainedRead | typeof ambiguous {
  const { scratch, length, left, start, end, initial } = cells;
  const [of, firstEnd, lastStart, writer, counts] = [0, 1, 2, 3, 4].map((slot) =>
    scratch.array(freeSlot + slot, length + 1),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  const { notes } = scratch;
  let count = 1;
  [firstEnd[0], lastStart[0], writer[0], counts[0]] = [before, before, none, 0];
  notes[initial] = initialCluster;
  for (let cell = 0; cell < length; cell++) {
    const value = left[cell] ?? noValue;
    if (value === noValue) continue;
    notes[value] = notes[value] === none ? count : several;
    of[cell] = count;
    firstEnd[count] = end[cell] ?? 0;
    lastStart[count] = start[cell] ?? 0;
    writer[count] = cell;
    counts[count++] = end[cell] === never ? 0 : 1;
  }
  const clusters = { count, of, firstEnd, lastStart, writer, counts };
  return addReads(cells, clusters) ?? clusters;
}

function addReads(cells: Cells, clusters: Clusters): UnexplainedRead | typeof ambiguous | undefined {
  const { length, kind, seen, start, end, scratch } = cells;
  const { of, firstEnd, lastStart, writer, counts } = clusters;
  const { notes } = scratch;
  for (let cell = 0; cell < length; cell++) {
    if (kind[cell] === mismatchAccess) of[cell] = none;
    if (kind[cell] !== readAccess) continue;
    const cluster = notes[seen[cell] ?? 0] ?? none;
    if (cluster === several) return ambiguous;
    if (cluster === none) return { cell, writer: none };
    const wrote = writer[cluster] ?? none;
    const ended = end[cell] ?? 0;
    if (wrote !== none && ended < (start[wrote] ?? 0)) return { cell, writer: wrote };
    of[cell] = cluster;
    counts[cluster] = 1;
    if (ended < (firstEnd[cluster] ?? 0)) firstEnd[cluster] = ended;
    // Cells are in the order of their starts.
    if ((start[cell] ?? 0) > (lastStart[cluster] ?? 0)) lastStart[cluster] = start[cell] ?? 0;
  }
  return undefined;
}

/** The cluster of a value, `ambiguous` if it has several, or `none`. */
export function clusterOf({ scratch }: Cells, value: number): number | typeof ambiguous {
  const cluster = scratch.notes[value] ?? none;
  return cluster === several ? ambiguous : cluster;
}

/** Takes back all notes about values. */
export function forget({ scratch: { notes }, length, left, initial }: Cells): void {
  notes[initial] = none;
  for (let cell = 0; cell < length; cell++) if (left[cell] !== noValue) notes[left[cell] ?? 0] = none;
}
