/** The shortest cycle through an edge, by breadth-first search inside of one component. */
import { meetingEdge, rwEdge, type Graph } from './edges.ts';
import type { Order } from './order.ts';
import type { OrderKind } from './successors.ts';

/** A step that no data ask for: done one after the other. */
export const orderStep = -1;

/** One step of a cycle: `edge` is one of the graph, or `orderStep`. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly edge: number;
}

/** Where to look, and for what. */
export interface Region {
  /** Kinds of edges that the way back may use. */
  readonly kinds: number;
  readonly orderKind: OrderKind;
  /** No two rw edges in a row: then every node stands twice, as in NonAdjacentSuccessors. */
  readonly isNonAdjacent: boolean;
  /** By node (or twin): its component; the search stays in `component`. */
  readonly inside: Int32Array;
  readonly component: number;
  /** The transactions of the component, ascending. */
  readonly members: Int32Array;
}

export class CycleSearch {
  /** How many edges were looked at, in all searches. */
  steps = 0;
  private readonly graph: Graph;
  private readonly order: Order;
  /** By state: the search that reached it last, from which state, and by which edge. */
  private readonly reached: Int32Array;
  private readonly parent: Int32Array;
  private readonly edge: Int32Array;
  private readonly queue: Int32Array;
  /** By transaction: the search that walked on in its session. */
  private readonly walked: Int32Array;
  private search = 0;
  private head = 0;
  private tail = 0;
  /** Members from this index on were reached by real time. */
  private suffix = 0;
  private region: Region | undefined;
  private start = 0;

  constructor(graph: Graph, order: Order) {
    this.graph = graph;
    this.order = order;
    this.reached = new Int32Array(2 * graph.nodes);
    this.parent = new Int32Array(2 * graph.nodes);
    this.edge = new Int32Array(2 * graph.nodes);
    this.queue = new Int32Array(2 * graph.nodes);
    this.walked = new Int32Array(graph.transactions);
  }

  /** The shortest cycle that begins with an edge from `start`, of fewer than `lengthMax` steps; else undefined. */
  through(start: number, edge: number, region: Region, lengthMax: number): Step[] | undefined {
    this.search++;
    this.head = this.tail = 0;
    this.suffix = region.members.length;
    this.region = region;
    this.start = start;
    if (this.follow(2 * start, edge, true)) return undefined;
    let levelEnd = this.tail;
    for (let length = 2; this.head < this.tail && length < lengthMax; length++) {
      for (; this.head < levelEnd; this.head++) {
        const state = this.queue[this.head] ?? 0;
        if (this.expand(state, region)) return this.cycle(state);
      }
      levelEnd = this.tail;
    }
    return undefined;
  }

  /** Reaches all successors of a state; true when the start is among them: then `closing` is the edge to it. */
  private expand(state: number, region: Region): boolean {
    const { graph } = this;
    const node = state >> 1;
    const isAfterRw = (state & 1) === 1;
    const end = graph.offset[node + 1] ?? 0;
    for (let edge = graph.offset[node] ?? 0; edge < end; edge++) {
      this.steps++;
      const kind = graph.kind[edge] ?? 0;
      if ((kind & region.kinds) === 0 || (kind === rwEdge && isAfterRw)) continue;
      if (this.follow(state, edge, false)) return true;
    }
    if (region.orderKind === 'process') return this.followProcess(state);
    return region.orderKind === 'realtime' && this.followTime(state, region.members);
  }

  private closing = orderStep;

  /** Follows an edge, through a meeting point to all behind it. */
  private follow(state: number, edge: number, isFirst: boolean): boolean {
    const { graph } = this;
    const target = graph.to[edge] ?? 0;
    const layer = this.region?.isNonAdjacent === true && graph.kind[edge] === rwEdge ? 1 : 0;
    if (target < graph.transactions) return this.reach(state, 2 * target + layer, edge);
    if (!this.isOpen(2 * target + layer)) return false;
    this.reached[2 * target + layer] = this.search;
    const end = graph.offset[target + 1] ?? 0;
    for (let behind = graph.offset[target] ?? 0; behind < end; behind++) {
      this.steps++;
      const writer = graph.to[behind] ?? 0;
      if (graph.kind[behind] !== meetingEdge || (isFirst && writer === this.start)) continue;
      if (this.reach(state, 2 * writer + layer, behind)) return true;
    }
    return false;
  }

  private followProcess(state: number): boolean {
    const { nextOfProcess } = this.order;
    for (let txn = nextOfProcess[state >> 1] ?? -1; txn >= 0; txn = nextOfProcess[txn] ?? -1) {
      this.steps++;
      if (this.reach(state, 2 * txn, orderStep)) return true;
      // Whoever walked here before reached all that follow.
      if (this.walked[txn] === this.search) return false;
      this.walked[txn] = this.search;
    }
    return false;
  }

  private followTime(state: number, members: Int32Array): boolean {
    const from = firstNotBelow(members, this.order.firstAfter[state >> 1] ?? 0);
    const to = this.suffix;
    if (from >= to) return false;
    this.suffix = from;
    for (let at = from; at < to; at++) {
      this.steps++;
      if (this.reach(state, 2 * (members[at] ?? 0), orderStep)) return true;
    }
    return false;
  }

  /** Puts a state on the queue unless it was there; true when it is the start, and closes the cycle. */
  private reach(from: number, state: number, edge: number): boolean {
    // The cycle goes on with its first edge; where that must not follow an rw edge, the twin of the start does not do.
    if (state === 2 * this.start) {
      this.closing = edge;
      return true;
    }
    if (!this.isOpen(state)) return false;
    this.reached[state] = this.search;
    this.parent[state] = from;
    this.edge[state] = edge;
    this.queue[this.tail++] = state;
    return false;
  }

  /** Whether a state belongs to the region, and was not reached yet. */
  private isOpen(state: number): boolean {
    const { region } = this;
    if (region === undefined || this.reached[state] === this.search) return false;
    return region.inside[region.isNonAdjacent ? state : state >> 1] === region.component;
  }

  private cycle(last: number): Step[] {
    const steps: Step[] = [{ from: last >> 1, to: this.start, edge: this.closing }];
    for (let state = last; state !== 2 * this.start;) {
      const before = this.parent[state] ?? 0;
      steps.push({ from: before >> 1, to: state >> 1, edge: this.edge[state] ?? orderStep });
      state = before;
    }
    return steps.reverse();
  }
}

function firstNotBelow(members: Int32Array, txn: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((members[middle] ?? 0) < txn) low = middle + 1;
    else high = middle;
  }
  return low;
}
