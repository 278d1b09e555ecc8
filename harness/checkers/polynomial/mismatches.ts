/**
 * Whether every cas that did not match fits into an order that `chains.ts` found possible: somewhere in its interval the
 * value must have been another one than it compared with.
 *
 * The order: a forward chain takes effect from just before its first end on, every operation as early as those before it
 * in the chain allow; its last operation so follows its last start at once. A backward chain takes effect at one moment,
 * just after its last start, or after the last start of the forward chain in which that lies. Moments lie between
 * events: `index` stands for a moment after the event with that index and before the next one.
 */
import { mismatchAccess, noValue } from '../accesses.ts';
import type { Cells } from './cells.ts';
import type { Chains } from './chains.ts';
import { ambiguous, clusterOf, initialCluster, slotAfterClusters, type Clusters } from './clusters.ts';
import { none } from './scratch.ts';

/** O(cells log cells). Sound: true only if all of them fit. */
export function mismatchesFit(cells: Cells, clusters: Clusters, chains: Chains): boolean {
  const { from, to } = periodsOf(cells, clusters, chains);
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells.kind[cell] !== mismatchAccess) continue;
    const cluster = clusterOf(cells, cells.seen[cell] ?? noValue);
    if (cluster === ambiguous) return false;
    if (cluster === none || (cluster !== initialCluster && clusters.counts[cluster] === 0)) continue;
    const isBefore = (cells.start[cell] ?? 0) <= (from[cluster] ?? 0);
    const isAfter = (cells.end[cell] ?? 0) > (to[cluster] ?? 0);
    if (!isBefore && !isAfter) return false;
  }
  return true;
}

interface Periods {
  /** By cluster: the moment at which its value was written; -1 of the initial one. */
  readonly from: Float64Array;
  /** By cluster: the moment at which the next value was written; infinite of the last one. */
  readonly to: Float64Array;
}

function periodsOf(cells: Cells, clusters: Clusters, chains: Chains): Periods {
  const from = new Float64Array(clusters.count);
  const to = new Float64Array(clusters.count).fill(Infinity);
  const { order, moment } = momentsOf(cells, clusters, chains);
  from[initialCluster] = -1;
  let current: number = initialCluster;
  for (const head of order) {
    let run = moment[head] ?? 0;
    for (let cluster = head; cluster !== none; cluster = chains.next[cluster] ?? none) {
      const writer = clusters.writer[cluster] ?? none;
      if (writer !== none) {
        run = Math.max(run, cells.start[writer] ?? 0);
        to[current] = run;
        from[cluster] = run;
        current = cluster;
      }
      run = Math.max(run, clusters.lastStart[cluster] ?? 0);
    }
  }
  return { from, to };
}

/** The heads of chains in the order in which they take effect, and when. */
function momentsOf(
  { length, start, scratch }: Cells,
  { counts }: Clusters,
  { of, firstEnd, lastStart }: Chains,
): { readonly order: Int32Array; readonly moment: Int32Array } {
  const moment = scratch.array(slotAfterClusters + 5, length + 1);
  const heads: number[] = [];
  const isForward = (head: number): boolean => (firstEnd[head] ?? 0) < (lastStart[head] ?? 0);
  let forward: number = none;
  for (let cell = length - 1; cell >= 0; cell--) {
    const head = of[cell] ?? none;
    if (head === none || lastStart[head] !== start[cell] || counts[head] === 0) continue;
    heads.push(head);
    const last = lastStart[head] ?? 0;
    if (isForward(head)) {
      forward = head;
      moment[head] = (firstEnd[head] ?? 0) - 1;
    } else {
      const isInside = forward !== none && (firstEnd[forward] ?? 0) < last;
      moment[head] = isInside ? (lastStart[forward] ?? 0) : last;
    }
  }
  // At one moment, backward chains come before the forward one that begins there.
  const rank = (head: number): number => 2 * (moment[head] ?? 0) + (isForward(head) ? 1 : 0);
  return { order: Int32Array.from(heads).sort((a, b) => rank(a) - rank(b)), moment };
}
