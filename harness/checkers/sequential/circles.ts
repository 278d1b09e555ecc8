/** Circles in a graph of numbered nodes. */
import { listsBy, type Edges, type Lists } from '../causal/edges.ts';
import { none } from '../readsFrom.ts';

/** So many nodes of a circle are tried for a shorter one. */
const triedMax = 16;

export class Circles {
  /** The nodes that stand on circles or behind them, ascending: no order of all nodes keeps the edges to them. */
  readonly unordered: readonly number[];
  private readonly edges: Edges;
  private readonly outgoing: Lists;
  /** By unordered node: an edge that comes from another one. */
  private readonly incoming: Int32Array;

  /** O(nodes + edges). */
  constructor(edges: Edges, count: number) {
    this.edges = edges;
    this.outgoing = listsBy(edges.before.filled(), count);
    const left = this.unsatisfied(count);
    const unordered: number[] = [];
    for (let node = 0; node < count; node++) if ((left[node] ?? 0) > 0) unordered.push(node);
    this.unordered = unordered;
    this.incoming = new Int32Array(count).fill(none);
    for (let edge = 0; edge < edges.length; edge++)
      if ((left[edges.before.at(edge) ?? 0] ?? 0) > 0) this.incoming[edges.after.at(edge) ?? 0] = edge;
  }

  /** The edges of a short circle from which an unordered node can be reached. */
  behind(node: number): readonly number[] {
    const onCircle = this.circleBefore(node);
    let shortest: readonly number[] = onCircle;
    for (const edge of onCircle.slice(0, triedMax)) {
      const circle = this.through(this.edges.after.at(edge) ?? 0);
      if (circle.length < shortest.length) shortest = circle;
    }
    return shortest;
  }

  /** Kahn's algorithm: by node, how many of its predecessors cannot be put into an order. */
  private unsatisfied(count: number): Int32Array {
    const left = new Int32Array(count);
    for (const after of this.edges.after.filled()) left[after] = (left[after] ?? 0) + 1;
    const ready = new Int32Array(count);
    let readyCount = 0;
    for (let node = 0; node < count; node++) if (left[node] === 0) ready[readyCount++] = node;
    for (let at = 0; at < readyCount; at++)
      for (const edge of this.edgesFrom(ready[at] ?? 0)) {
        const after = this.edges.after.at(edge) ?? 0;
        left[after] = (left[after] ?? 0) - 1;
        if (left[after] === 0) ready[readyCount++] = after;
      }
    return left;
  }

  /** Goes back from an unordered node until it meets itself. */
  private circleBefore(node: number): number[] {
    const way: number[] = [];
    const place = new Map<number, number>();
    let at = node;
    while (!place.has(at)) {
      place.set(at, way.length);
      const edge = this.incoming[at] ?? none;
      way.push(edge);
      at = this.edges.before.at(edge) ?? 0;
    }
    return way.slice(place.get(at)).reverse();
  }

  /** A shortest circle through a node that stands on one, by breadth-first search. */
  private through(start: number): readonly number[] {
    const edgeTo = new Map<number, number>();
    const reached = [start];
    for (let at = 0; at < reached.length && !edgeTo.has(start); at++)
      for (const edge of this.edgesFrom(reached[at] ?? 0)) {
        const after = this.edges.after.at(edge) ?? 0;
        if (edgeTo.has(after)) continue;
        edgeTo.set(after, edge);
        reached.push(after);
      }
    const circle: number[] = [];
    let node = start;
    do {
      const edge = edgeTo.get(node) ?? none;
      circle.push(edge);
      node = this.edges.before.at(edge) ?? start;
    } while (node !== start);
    return circle.reverse();
  }

  private edgesFrom(node: number): Int32Array {
    const { start, items } = this.outgoing;
    return items.subarray(start[node] ?? 0, start[node + 1] ?? 0);
  }
}
