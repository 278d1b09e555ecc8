/**
 * Registers with cas, where every value is written once: a cas from a to b that succeeded makes the cluster of b follow
 * that of a at once. Clusters so become chains, each begun by a plain write or by the initial value, and a chain is to
 * others what a cluster is in `zones.ts`: nothing else can be between its operations.
 *
 * Inside a chain the order is fixed, so it is possible exactly if no operation ended before one of an earlier cluster
 * began. A write or cas without an answer counts if its value was read, or if a cas that counts compared with it;
 * others may be left out, since the next thing that happens is a plain write, which does not care.
 *
 * A cas that did not match only adds a constraint: what is impossible without it stays so, and what is possible is
 * possible with it if it fits into the order at hand (`mismatches.ts`). If it does not, another order may do, and
 * chains cannot tell.
 */
import { never } from '../../columns/operations.ts';
import { mismatchAccess, noValue, updateAccess } from '../accesses.ts';
import type { Cells } from './cells.ts';
import { circle, comparedWithNothing, contradictionInChain, foundTwice } from './chainWitness.ts';
import { ambiguous, clusterOf, slotAfterClusters, type Clusters } from './clusters.ts';
import { mismatchesFit } from './mismatches.ts';
import type { Refusal } from './refusal.ts';
import { contradiction } from './registerWitness.ts';
import { none } from './scratch.ts';
import type { Decision } from './specialCase.ts';
import { conflictIn } from './zones.ts';

export interface Chains {
  /** By cluster: the one that a cas made of it, or `none`. */
  readonly next: Int32Array;
  /** By cluster: the first one of its chain; `none` while it is not known, and of those that do not count. */
  readonly head: Int32Array;
  /** By cell: the head of its chain. */
  readonly of: Int32Array;
  /** By head: index at which the first operation of the chain ended. */
  readonly firstEnd: Int32Array;
  /** By head: index at which the last operation of the chain began. */
  readonly lastStart: Int32Array;
}

/** O(cells), and O(cells log cells) when a cas did not match. */
export function decideByChains(cells: Cells, clusters: Clusters): Decision | undefined {
  const chains = emptyChains(cells, clusters);
  const wrongLink = linkChains(cells, clusters, chains);
  if (wrongLink) return wrongLink === ambiguous ? undefined : wrongLink;
  const wrongChain = followChains(cells, clusters, chains);
  if (wrongChain) return wrongChain;
  for (let cell = 0; cell < cells.length; cell++) {
    const cluster = clusters.of[cell] ?? none;
    chains.of[cell] = cluster === none ? none : (chains.head[cluster] ?? none);
  }
  const conflict = conflictIn(cells.length, chains.of, cells.start, { ...chains, counts: clusters.counts });
  if (conflict) return contradiction(cells, chains.of, conflict);
  return hasMismatch(cells) && !mismatchesFit(cells, clusters, chains) ? undefined : { valid: true };
}

function emptyChains({ scratch, length }: Cells, { count }: Clusters): Chains {
  const [next, head, of, firstEnd, lastStart] = [0, 1, 2, 3, 4].map((slot) =>
    scratch.array(slotAfterClusters + slot, Math.max(count, length)),
  ) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  next.fill(none, 0, count);
  head.fill(none, 0, count);
  return { next, head, of, firstEnd, lastStart };
}

/** The cluster that a cluster was made of by a cas; `none` if it was written. */
function madeOf(cells: Cells, { writer }: Clusters, cluster: number): number | typeof ambiguous | undefined {
  const cell = writer[cluster] ?? none;
  if (cell === none || cells.kind[cell] !== updateAccess) return undefined;
  return clusterOf(cells, cells.seen[cell] ?? noValue);
}

/** Sets `next`, and `counts` of clusters that a cas which counts compared with. */
function linkChains(
  cells: Cells,
  clusters: Clusters,
  chains: Chains,
): Refusal | typeof ambiguous | undefined {
  const { count, counts } = clusters;
  const { next } = chains;
  for (let origin = 0; origin < count; origin++) {
    if (counts[origin] === 0) continue;
    // What a cas compared with counts too, and so on; a cluster that counts is linked by its own turn, or was.
    let cluster = origin;
    for (;;) {
      const from = madeOf(cells, clusters, cluster);
      if (from === undefined) break;
      if (from === ambiguous) return ambiguous;
      if (from === none) return comparedWithNothing(cells, clusters, chains, cluster);
      if (next[from] !== none && next[from] !== cluster)
        return foundTwice(cells, clusters, chains, [next[from] ?? none, cluster]);
      next[from] = cluster;
      if (counts[from] === 1) break;
      counts[from] = 1;
      cluster = from;
    }
  }
  return undefined;
}

/** Sets heads and the zones of chains. */
function followChains(cells: Cells, clusters: Clusters, chains: Chains): Refusal | undefined {
  const { count, counts } = clusters;
  for (let cluster = 0; cluster < count; cluster++) {
    if (counts[cluster] === 0 || madeOf(cells, clusters, cluster) !== undefined) continue;
    const wrong = followChain(cells, clusters, chains, cluster);
    if (wrong) return wrong;
  }
  // Every cluster that counts was made of one that counts: what no head leads to runs in a circle.
  for (let cluster = 0; cluster < count; cluster++)
    if (counts[cluster] === 1 && chains.head[cluster] === none)
      return circle(cells, clusters, chains, cluster);
  return undefined;
}

function followChain(cells: Cells, clusters: Clusters, chains: Chains, head: number): Refusal | undefined {
  const { firstEnd, lastStart } = clusters;
  let chainEnd: number = never;
  let chainStart = -1;
  for (let cluster = head; cluster !== none; cluster = chains.next[cluster] ?? none) {
    const ended = firstEnd[cluster] ?? 0;
    if (cluster !== head && ended < chainStart)
      return contradictionInChain(cells, clusters, chains, [head, cluster]);
    chains.head[cluster] = head;
    chainEnd = Math.min(chainEnd, ended);
    chainStart = Math.max(chainStart, lastStart[cluster] ?? 0);
  }
  chains.firstEnd[head] = chainEnd;
  chains.lastStart[head] = chainStart;
  return undefined;
}

function hasMismatch({ length, kind }: Cells): boolean {
  for (let cell = 0; cell < length; cell++) if (kind[cell] === mismatchAccess) return true;
  return false;
}
