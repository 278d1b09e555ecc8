/** What orders two transactions: a list of edges while they are found, and then by the transaction they lead from. */
import { Growing } from '../../columns/growing.ts';

/** The first wrote what the second overwrote. */
export const wwEdge = 1;
/** The first wrote what the second read. */
export const wrEdge = 2;
/** The first read what the second overwrote. */
export const rwEdge = 4;
/** From a meeting point to one of those who overwrote: the second half of an rw edge. */
export const meetingEdge = 8;

/** Why there is an edge when no micro-operation says it. */
export const noMicro = -1;

export class Edges {
  /** Nodes: transactions, and then meeting points. */
  nodes: number;
  readonly from = new Growing(Int32Array);
  readonly to = new Growing(Int32Array);
  readonly kind = new Growing(Uint8Array);
  /** The write that was overwritten by (ww, rw), or read from (wr). */
  readonly micro = new Growing(Int32Array);

  constructor(transactions: number) {
    this.nodes = transactions;
  }

  /** Edges of a transaction to itself say nothing. */
  add(from: number, to: number, kind: number, micro: number): void {
    if (from === to) return;
    this.from.push(from);
    this.to.push(to);
    this.kind.push(kind);
    this.micro.push(micro);
  }

  /** A node where rw edges from many readers meet before they lead on to many writers. */
  meetingPoint(): number {
    return this.nodes++;
  }
}

/** Edges by the node that they lead from: those of v are `offset[v] … offset[v + 1] − 1`. */
export interface Graph {
  readonly transactions: number;
  readonly nodes: number;
  readonly offset: Int32Array;
  readonly to: Int32Array;
  readonly kind: Uint8Array;
  readonly micro: Int32Array;
}

/** O(nodes + edges). */
export function graphOf(edges: Edges, transactions: number): Graph {
  const from = edges.from.filled();
  const to = edges.to.filled();
  const kind = edges.kind.filled();
  const micro = edges.micro.filled();
  const offset = new Int32Array(edges.nodes + 1);
  for (const node of from) offset[node + 1] = (offset[node + 1] ?? 0) + 1;
  for (let node = 0; node < edges.nodes; node++)
    offset[node + 1] = (offset[node + 1] ?? 0) + (offset[node] ?? 0);
  const next = offset.slice();
  const graph = {
    transactions,
    nodes: edges.nodes,
    offset,
    to: new Int32Array(from.length),
    kind: new Uint8Array(from.length),
    micro: new Int32Array(from.length),
  };
  for (let edge = 0; edge < from.length; edge++) {
    const node = from[edge] ?? 0;
    const at = next[node] ?? 0;
    next[node] = at + 1;
    graph.to[at] = to[edge] ?? 0;
    graph.kind[at] = kind[edge] ?? 0;
    graph.micro[at] = micro[edge] ?? 0;
  }
  return graph;
}
