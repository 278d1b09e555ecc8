/** A directed graph over operations whose edges have reasons: in which order can they be, and if in none, why not. */
import { Growing } from '../../columns/growing.ts';

export class Graph {
  readonly size: number;
  private readonly from = new Growing(Int32Array);
  private readonly to = new Growing(Int32Array);
  private readonly reason = new Growing(Uint8Array);

  constructor(size: number) {
    this.size = size;
  }

  get edges(): number {
    return this.from.length;
  }

  /** `from` is before `to`, for this reason. */
  add(from: number, to: number, reason: number): void {
    this.from.push(from);
    this.to.push(to);
    this.reason.push(reason);
  }

  /** All nodes in an order that keeps every edge; as many as possible if there is none. O(nodes + edges). */
  sorted(): Int32Array {
    const { first, target } = this.successors();
    const indegree = new Int32Array(this.size);
    for (const node of this.to.filled()) indegree[node] = (indegree[node] ?? 0) + 1;
    const order = new Int32Array(this.size);
    let length = 0;
    for (let node = 0; node < this.size; node++) if (indegree[node] === 0) order[length++] = node;
    for (let at = 0; at < length; at++) {
      const node = order[at] ?? 0;
      for (let edge = first[node] ?? 0; edge < (first[node + 1] ?? 0); edge++) {
        const next = target[edge] ?? 0;
        if ((indegree[next] = (indegree[next] ?? 0) - 1) === 0) order[length++] = next;
      }
    }
    return order.subarray(0, length);
  }

  /**
   * A cycle through one of the nodes that `sorted` leaves out, as short as any through that node: nodes in order, and
   * the reason of the edge from each to the next. O(nodes + edges) for each of a few nodes that are tried.
   */
  cycle(): { readonly nodes: readonly number[]; readonly reasons: readonly number[] } {
    const sorted = new Set(this.sorted());
    const successors = this.successors();
    let best: number[] = [];
    let tried = 0;
    for (let node = 0; node < this.size && tried < cyclesTried; node++) {
      if (sorted.has(node)) continue;
      const found = shortestCycle(node, successors);
      if (found.length === 0) continue;
      tried++;
      if (best.length === 0 || found.length < best.length) best = found;
    }
    const reasons = best.map((edge) => successors.reason[edge] ?? 0);
    return { nodes: best.map((edge) => successors.source[edge] ?? 0), reasons };
  }

  /** Edges by their source: those of a node are `first[node]` to `first[node + 1]`. */
  private successors(): Successors {
    const count = this.edges;
    const [from, to, reasons] = [this.from.filled(), this.to.filled(), this.reason.filled()];
    const first = new Int32Array(this.size + 1);
    for (const node of from) first[node + 1] = (first[node + 1] ?? 0) + 1;
    for (let node = 0; node < this.size; node++)
      first[node + 1] = (first[node + 1] ?? 0) + (first[node] ?? 0);
    const place = first.slice();
    const [source, target, reason] = [new Int32Array(count), new Int32Array(count), new Uint8Array(count)];
    for (let edge = 0; edge < count; edge++) {
      const at = place[from[edge] ?? 0] ?? 0;
      place[from[edge] ?? 0] = at + 1;
      source[at] = from[edge] ?? 0;
      target[at] = to[edge] ?? 0;
      reason[at] = reasons[edge] ?? 0;
    }
    return { first, source, target, reason };
  }
}

/** From so many nodes the shortest cycle is looked for. */
const cyclesTried = 20;

interface Successors {
  readonly first: Int32Array;
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly reason: Uint8Array;
}

/** The edges of a shortest cycle through a node, from it on; none if there is no cycle through it. */
function shortestCycle(node: number, { first, source, target }: Successors): number[] {
  const reachedBy = new Map<number, number>();
  const queue = [node];
  for (let at = 0; at < queue.length; at++) {
    const here = queue[at] ?? 0;
    for (let edge = first[here] ?? 0; edge < (first[here + 1] ?? 0); edge++) {
      const next = target[edge] ?? 0;
      if (reachedBy.has(next)) continue;
      reachedBy.set(next, edge);
      if (next === node) return edgesBack(node, reachedBy, source);
      queue.push(next);
    }
  }
  return [];
}

function edgesBack(node: number, reachedBy: ReadonlyMap<number, number>, source: Int32Array): number[] {
  const edges: number[] = [];
  let at = node;
  do {
    const edge = reachedBy.get(at) ?? 0;
    edges.push(edge);
    at = source[edge] ?? 0;
  } while (at !== node);
  return edges.reverse();
}
