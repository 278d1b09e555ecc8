/**
 * Graphs as a search walks them: the edges of some kinds, and of real time or sessions where they count. The nodes are
 * those of the graph, and behind them one for every transaction t, the point in time just before t was invoked: from
 * there on t and every later one follows. So real time takes three edges a transaction, however many overlap.
 */
import { meetingEdge, rwEdge, wrEdge, wwEdge, type Graph } from './edges.ts';
import type { Order } from './order.ts';

/** Which edges between transactions count besides those of data. */
export type OrderKind = 'none' | 'process' | 'realtime';

/** After the last successor of a node. */
export const noMore = -1;
/** There is none of this number, but there may be further ones. */
export const skipped = -2;

export interface Successors {
  readonly nodes: number;
  /** Whether it is known that a node lies on no cycle. */
  isAlone(node: number): boolean;
  /** The successor of a node with a number from 0 on, `skipped`, or `noMore`. */
  next(node: number, number: number): number;
}

/** Of a node that lies on no cycle. */
export const alone = -1;

function isInside(inside: Int32Array, node: number, target: number): boolean {
  return inside[node] !== alone && inside[target] === inside[node];
}

/** All edges of the kinds in `kinds`; rw edges bring the meeting points with them. */
export class PlainSuccessors implements Successors {
  readonly nodes: number;
  private readonly graph: Graph;
  private readonly order: Order;
  private readonly kinds: number;
  private readonly isProcess: boolean;
  private readonly isRealtime: boolean;
  /** When given: only edges inside of one of these components. */
  private readonly inside: Int32Array | undefined;

  constructor(graph: Graph, order: Order, kinds: number, orderKind: OrderKind, inside?: Int32Array) {
    this.graph = graph;
    this.order = order;
    this.kinds = (kinds & rwEdge) === 0 ? kinds : kinds | meetingEdge;
    this.isProcess = orderKind === 'process';
    this.isRealtime = orderKind === 'realtime';
    this.inside = inside;
    this.nodes = graph.nodes + graph.transactions;
  }

  isAlone(node: number): boolean {
    return this.inside !== undefined && this.inside[node] === alone;
  }

  next(node: number, number: number): number {
    const target = this.target(node, number);
    if (target < 0 || this.inside === undefined) return target;
    return isInside(this.inside, node, target) ? target : skipped;
  }

  private target(node: number, number: number): number {
    const { graph } = this;
    if (node >= graph.nodes) return this.later(node, number);
    const edge = (graph.offset[node] ?? 0) + number;
    const end = graph.offset[node + 1] ?? 0;
    if (edge < end) return ((graph.kind[edge] ?? 0) & this.kinds) === 0 ? skipped : (graph.to[edge] ?? 0);
    if (node >= graph.transactions || edge > end) return noMore;
    if (this.isRealtime) {
      const after = this.order.firstAfter[node] ?? 0;
      return after < graph.transactions ? graph.nodes + after : noMore;
    }
    if (!this.isProcess) return noMore;
    const following = this.order.nextOfProcess[node] ?? noMore;
    return following < 0 ? noMore : following;
  }

  /** From a point in time to the transaction that is invoked there, and to the next point. */
  private later(node: number, number: number): number {
    const txn = node - this.graph.nodes;
    if (number === 0) return this.order.isCommitted[txn] === 1 ? txn : skipped;
    return number === 1 && txn + 1 < this.graph.transactions ? node + 1 : noMore;
  }
}

/**
 * Walks without two rw edges in a row. Every node stands twice: 2v when v was not entered by an rw edge, 2v + 1 when it
 * was, and no further rw edge may follow. A cycle here is one that snapshot isolation forbids (Cerone & Gotsman 2016,
 * theorem 10: (ww ∪ wr) ; rw? is acyclic).
 */
export class NonAdjacentSuccessors implements Successors {
  readonly nodes: number;
  private readonly graph: Graph;
  private readonly dependencies: PlainSuccessors;
  private readonly inside: Int32Array;

  constructor(graph: Graph, order: Order, orderKind: OrderKind, inside: Int32Array) {
    this.graph = graph;
    this.inside = inside;
    this.dependencies = new PlainSuccessors(graph, order, wwEdge | wrEdge, orderKind, inside);
    this.nodes = 2 * this.dependencies.nodes;
  }

  isAlone(twin: number): boolean {
    return this.inside[twin >> 1] === alone;
  }

  next(twin: number, number: number): number {
    const { graph, inside } = this;
    const node = twin >> 1;
    const edge = (graph.offset[node] ?? 0) + number;
    if (node < graph.nodes && edge < (graph.offset[node + 1] ?? 0)) {
      const kind = graph.kind[edge] ?? 0;
      if (kind === rwEdge || kind === meetingEdge) {
        const target = graph.to[edge] ?? 0;
        const mayFollow = kind === meetingEdge || (twin & 1) === 0;
        return mayFollow && isInside(inside, node, target) ? 2 * target + 1 : skipped;
      }
    }
    const target = this.dependencies.next(node, number);
    return target < 0 ? target : 2 * target;
  }
}
