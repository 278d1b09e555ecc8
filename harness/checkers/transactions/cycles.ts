/** Looks for cycles, class by class from the worst to the mildest: one of each class in a component, the shortest found. */
import type { Budget } from '../checker.ts';
import { ComponentFinder, componentsOf, type Components } from './components.ts';
import { meetingEdge, rwEdge, wrEdge, wwEdge, type Graph } from './edges.ts';
import type { CycleClass, CycleKind, OrderSuffix } from './findings.ts';
import type { Order } from './order.ts';
import { CycleSearch, orderStep, type Region, type Step } from './shortestCycle.ts';
import { NonAdjacentSuccessors, PlainSuccessors, type OrderKind } from './successors.ts';

export interface Cycle {
  readonly kind: CycleKind;
  readonly steps: readonly Step[];
}

/** Which cycles a level forbids. */
export interface Forbidden {
  /** The worst first; the last one is implied by all others. */
  readonly classes: readonly CycleClass[];
  readonly order: OrderKind;
}

/** Components to look into for cycles of one class, the smallest first. */
const componentsMax = 16;
/** Edges to look at for the shortest cycle of a component; the first search may take more. */
const stepsMax = 200_000;
/** Writers behind a meeting point to look at for a cycle of two steps. */
const writersMax = 64;
/** Without real time, short cycles are looked for first everywhere. */
const lengthsTried = [2, 3, 5, Infinity];

/** The kinds of edges that cycles of a class are made of, and the kind that they have at least once. */
const made: Readonly<Record<CycleClass, { readonly of: number; readonly with: number }>> = {
  G0: { of: wwEdge, with: wwEdge },
  G1c: { of: wwEdge | wrEdge, with: wrEdge },
  'G-single': { of: wwEdge | wrEdge, with: rwEdge },
  'G-nonadjacent': { of: wwEdge | wrEdge | rwEdge | meetingEdge, with: rwEdge },
  'G2-item': { of: wwEdge | wrEdge | rwEdge | meetingEdge, with: rwEdge },
};

const isNonAdjacent = (of: CycleClass): boolean => of === 'G-single' || of === 'G-nonadjacent';

/** What a cycle of a class is an example of, too. */
const implied: Readonly<Record<CycleClass, readonly CycleClass[]>> = {
  G0: ['G0', 'G1c'],
  G1c: ['G1c'],
  'G-single': ['G-single', 'G-nonadjacent', 'G2-item'],
  'G-nonadjacent': ['G-nonadjacent', 'G2-item'],
  'G2-item': ['G2-item'],
};

const ordersUpTo: Readonly<Record<OrderKind, readonly OrderKind[]>> = {
  none: ['none'],
  process: ['none', 'process'],
  realtime: ['none', 'process', 'realtime'],
};

export class Cycles {
  private readonly graph: Graph;
  private readonly order: Order;
  private readonly process: Int32Array;
  private readonly budget: Budget;
  private searching: CycleSearch | undefined;
  private finding: ComponentFinder | undefined;
  private readonly found: Cycle[] = [];
  /** By component of the whole: the classes that need not be looked for any more. */
  private readonly settled = new Map<number, Set<CycleClass>>();
  private isTired = false;

  constructor(graph: Graph, order: Order, process: Int32Array, budget: Budget) {
    this.graph = graph;
    this.order = order;
    this.process = process;
    this.budget = budget;
  }

  /** Examples of forbidden cycles, at least one if there are any, none if there are none. */
  find({ classes, order }: Forbidden): readonly Cycle[] {
    const mildest = classes.at(-1) ?? 'G0';
    const kinds = made[isNonAdjacent(mildest) ? 'G2-item' : mildest].of;
    const whole = componentsOf(new PlainSuccessors(this.graph, this.order, kinds, order));
    if (whole.count === 0) return [];
    for (const orderKind of ordersUpTo[order])
      for (const of of classes)
        if (!this.isTired && !this.isSettledIn(whole, of))
          this.findClass(of, made[of].with, orderKind, whole);
    if (this.found.length > 0) return this.found;
    // Out of budget, any cycle will do.
    const components = this.findClass(mildest, wwEdge | wrEdge | rwEdge, order, whole);
    if (components > 0 && this.found.length === 0)
      throw new Error('a component has no cycle that can be shown');
    return this.found;
  }

  private get search(): CycleSearch {
    return (this.searching ??= new CycleSearch(this.graph, this.order));
  }

  /** The finder of components inside of the whole: most nodes lie on no cycle, and cost nothing then. */
  private get finder(): ComponentFinder {
    const { nodes, transactions } = this.graph;
    return (this.finding ??= new ComponentFinder(2 * (nodes + transactions)));
  }

  /** The components of a class inside of those of the whole. */
  private components(of: CycleClass, orderKind: OrderKind, { of: inside, nodes }: Components): Components {
    const { graph, order } = this;
    const roots = ascending(nodes);
    return isNonAdjacent(of)
      ? this.finder.find(new NonAdjacentSuccessors(graph, order, orderKind, inside), twinsOf(roots))
      : this.finder.find(new PlainSuccessors(graph, order, made[of].of, orderKind, inside), roots);
  }

  /** Looks for cycles of a class that have an edge of one of the kinds in `begin`; answers how many components there are. */
  private findClass(of: CycleClass, begin: number, orderKind: OrderKind, whole: Components): number {
    const { of: inside, count, nodes } = this.components(of, orderKind, whole);
    if (count === 0) return 0;
    const twin = isNonAdjacent(of);
    const members = nodes.map((own) => this.transactionsOf(own, twin));
    const smallest = members.map((_, component) => component).sort(bySize(members));
    let looked = 0;
    for (const component of smallest) {
      const own = members[component] ?? nobody;
      const around = whole.of[own[0] ?? 0] ?? 0;
      if (own.length === 0 || this.isSettled(around, of)) continue;
      const region = { kinds: made[of].of, orderKind, isNonAdjacent: twin, inside, component, members: own };
      const steps = this.shortest(region, begin);
      if (steps) this.add(around, { kind: this.kindOf(steps), steps });
      if (++looked === componentsMax || (this.isTired && this.found.length > 0)) break;
    }
    return count;
  }

  private isSettled(component: number, of: CycleClass): boolean {
    return this.settled.get(component)?.has(of) === true;
  }

  private add(component: number, cycle: Cycle): void {
    const [, base = 'G2-item'] = /^(.*?)(-process|-realtime)?$/.exec(cycle.kind) ?? [];
    const settled = this.settled.get(component) ?? new Set();
    for (const of of implied[base as CycleClass]) settled.add(of);
    this.settled.set(component, settled);
    this.found.push(cycle);
  }

  private isSettledIn({ count }: Components, of: CycleClass): boolean {
    for (let component = 0; component < count; component++) if (!this.isSettled(component, of)) return false;
    return true;
  }

  /** The transactions among nodes, or those that were not entered by an rw edge among twins; ascending. */
  private transactionsOf(nodes: Int32Array, twin: boolean): Int32Array {
    const { transactions } = this.graph;
    if (!twin) return nodes.filter((node) => node < transactions);
    return nodes.filter((node) => node % 2 === 0 && node < 2 * transactions).map((node) => node / 2);
  }

  /** The shortest cycle of a region that has an edge of these kinds; within bounds. */
  private shortest(region: Region, kinds: number): readonly Step[] | undefined {
    const starts = this.startsIn(region, kinds);
    if (region.orderKind !== 'none') {
      for (const start of starts) {
        const edge = this.edgeBack(start, region.orderKind);
        if (edge >= 0) return thereAndBack(this.from(start), this.graph.to[edge] ?? 0, edge);
      }
      return this.shortestFrom(furthestBackFirst(starts, this.graph.to, this.from), region, Infinity);
    }
    for (const length of lengthsTried) {
      const cycle = this.shortestFrom(starts, region, length);
      if (cycle) return cycle;
    }
    return undefined;
  }

  /** The shortest cycle of at most so many steps that begins with one of these edges, as far as the bounds allow. */
  private shortestFrom(
    starts: readonly number[],
    region: Region,
    length: number,
  ): readonly Step[] | undefined {
    const { search } = this;
    const stepsEnd = search.steps + stepsMax;
    let best: readonly Step[] | undefined;
    for (const edge of starts) {
      const before = search.steps;
      const found = search.through(this.from(edge), edge, region, best ? best.length : length + 1);
      best = found ?? best;
      if (!this.budget.spend(1 + search.steps - before)) this.isTired = true;
      if (best?.length === 2 || this.isTired || search.steps > stepsEnd) return best;
    }
    return best;
  }

  /** The edges of these kinds between transactions of a region. */
  private startsIn(region: Region, kinds: number): number[] {
    const { graph } = this;
    const starts: number[] = [];
    for (const txn of region.members)
      for (let edge = graph.offset[txn] ?? 0; edge < (graph.offset[txn + 1] ?? 0); edge++)
        if (((graph.kind[edge] ?? 0) & kinds) !== 0 && this.isInside(region, edge)) starts.push(edge);
    return starts;
  }

  private isInside({ inside, component, isNonAdjacent: twin }: Region, edge: number): boolean {
    const target = this.graph.to[edge] ?? 0;
    const isRw = this.graph.kind[edge] === rwEdge;
    return inside[twin ? 2 * target + (isRw ? 1 : 0) : target] === component;
  }

  /** The node that an edge leads from. O(log nodes). */
  private readonly from = (edge: number): number => {
    const { offset, nodes } = this.graph;
    let low = 0;
    let high = nodes;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offset[middle + 1] ?? 0) <= edge) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** The edge by which `start` leads to what was done before it: itself, or one from its meeting point; or −1. */
  private edgeBack(start: number, orderKind: OrderKind): number {
    const { graph } = this;
    const from = this.from(start);
    const target = graph.to[start] ?? 0;
    if (target < graph.transactions) return this.isBefore(target, from, orderKind) ? start : -1;
    const first = graph.offset[target] ?? 0;
    const end = Math.min(graph.offset[target + 1] ?? 0, first + writersMax);
    for (let edge = first; edge < end; edge++)
      if (this.isBefore(graph.to[edge] ?? 0, from, orderKind)) return edge;
    return -1;
  }

  private isBefore(txn: number, other: number, orderKind: OrderKind): boolean {
    if (orderKind === 'realtime') return (this.order.firstAfter[txn] ?? 0) <= other;
    return txn < other && this.process[txn] === this.process[other];
  }

  private kindOf(steps: readonly Step[]): CycleKind {
    const { graph, process } = this;
    let kinds = 0;
    let suffix: OrderSuffix = '';
    const isRw = steps.map(
      ({ edge }) => edge !== orderStep && ((graph.kind[edge] ?? 0) & (rwEdge | meetingEdge)) !== 0,
    );
    for (const { from, to, edge } of steps) {
      if (edge !== orderStep) kinds |= graph.kind[edge] ?? 0;
      else if (process[from] !== process[to]) suffix = '-realtime';
      else if (suffix === '') suffix = '-process';
    }
    return `${classOf(kinds, isRw)}${suffix}`;
  }
}

const nobody = new Int32Array(0);

/** All nodes of the components. */
function ascending(components: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(components.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const nodes of components) {
    all.set(nodes, filled);
    filled += nodes.length;
  }
  return all.sort();
}

/** The nodes of `NonAdjacentSuccessors` that stand for these. */
function twinsOf(nodes: Int32Array): Int32Array {
  const twins = new Int32Array(2 * nodes.length);
  for (let at = 0; at < twins.length; at++) twins[at] = 2 * (nodes[at >> 1] ?? 0) + (at & 1);
  return twins;
}

function classOf(kinds: number, isRw: readonly boolean[]): CycleClass {
  const count = isRw.filter((is) => is).length;
  if (count === 0) return (kinds & wrEdge) === 0 ? 'G0' : 'G1c';
  if (count === 1) return 'G-single';
  const isAdjacent = isRw.some((is, at) => is && isRw[(at + 1) % isRw.length]);
  return isAdjacent ? 'G2-item' : 'G-nonadjacent';
}

function thereAndBack(from: number, to: number, edge: number): Step[] {
  return [
    { from, to, edge },
    { from: to, to: from, edge: orderStep },
  ];
}

/** Puts the edge first that leads the furthest back: it is likely to close a short cycle. */
function furthestBackFirst(
  edges: readonly number[],
  to: Int32Array,
  from: (edge: number) => number,
): readonly number[] {
  let furthest = 0;
  let first = edges[0];
  for (const edge of edges) {
    const back = from(edge) - (to[edge] ?? 0);
    if (back <= furthest) continue;
    furthest = back;
    first = edge;
  }
  return first === undefined ? [] : [first, ...edges.filter((edge) => edge !== first)];
}

const bySize =
  (members: readonly Int32Array[]) =>
  (a: number, b: number): number =>
    (members[a]?.length ?? 0) - (members[b]?.length ?? 0) || a - b;
