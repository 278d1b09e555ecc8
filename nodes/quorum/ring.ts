/**
 * Consistent hashing (DeCandia et al. 2007, §4.2): nodes own many points of a ring, and a key belongs to the first
 * distinct nodes that follow its own point. They are its preference list; the first n are its replicas, and whoever
 * comes after them stands in when they do not answer (§4.6).
 */
import type { NodeId } from '../kernel/ids.ts';
import { assert } from '../kernel/assert.ts';
import { hash32 } from './hash.ts';

/** Points of a node: enough for shares that differ little, few enough to be laid out in a blink. */
const pointsPerNode = 32;

export class Ring {
  /** Where the points lie, ascending; and the preference list of what lies right before each. */
  private readonly points: readonly number[];
  private readonly lists: readonly (readonly NodeId[])[];
  private readonly holders: readonly (readonly NodeId[])[];

  /** All nodes that have the same list of nodes make the same ring. O(points · nodes). */
  constructor(nodes: readonly NodeId[], replicaCount: number) {
    assert(nodes.length > 0, 'a ring has a node');
    const owned = nodes
      .flatMap((node) =>
        Array.from({ length: pointsPerNode }, (_, at) => ({ point: hash32(`${node}/${at}`), node })),
      )
      .sort((left, right) => left.point - right.point || (left.node < right.node ? -1 : 1));
    this.points = owned.map(({ point }) => point);
    this.lists = owned.map((_, at) => firstDistinct(owned, at, nodes.length));
    this.holders = this.lists.map((list) => list.slice(0, replicaCount));
  }

  /** All nodes, in the order in which they are asked to hold the key. O(log points). */
  preferenceList(key: string): readonly NodeId[] {
    return this.lists[this.follower(hash32(key))] ?? [];
  }

  /** The nodes that hold the key. O(log points). */
  replicas(key: string): readonly NodeId[] {
    return this.holders[this.follower(hash32(key))] ?? [];
  }

  /** The first point at or after this one, around the ring. */
  private follower(point: number): number {
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.points[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low % this.points.length;
  }
}

function firstDistinct(owned: readonly { readonly node: NodeId }[], from: number, count: number): NodeId[] {
  const found = new Set<NodeId>();
  for (let step = 0; found.size < count; step++) {
    const point = owned[(from + step) % owned.length];
    if (point !== undefined) found.add(point.node);
  }
  return [...found];
}
