/** Strongly connected components: Tarjan's algorithm (1972), without recursion. */
import { alone, noMore, skipped, type Successors } from './successors.ts';

export interface Components {
  /** By node: the number of its component, or `alone`. The next search of the same finder writes over it. */
  readonly of: Int32Array;
  readonly count: number;
  /** By component: its nodes, ascending. */
  readonly nodes: readonly Int32Array[];
}

/** The components of two nodes or more. O(nodes + edges), six numbers a node. */
export function componentsOf(graph: Successors): Components {
  return new ComponentFinder(graph.nodes).find(graph);
}

/** Finds components again and again, in graphs of at most so many nodes: each search costs what it visits. */
export class ComponentFinder {
  private readonly component: Int32Array;
  private members: Int32Array[] = [];
  /** 0: not visited. */
  private readonly index: Int32Array;
  private readonly low: Int32Array;
  /** By node: the number of the next successor to look at. */
  private readonly number: Int32Array;
  /** By node on the path: the one before it. */
  private readonly parent: Int32Array;
  private readonly isOpen: Uint8Array;
  private readonly stack: Int32Array;
  private height = 0;
  /** The first `visitedCount` are those of this search, in the order of their visits. */
  private readonly visited: Int32Array;
  private visitedCount = 0;

  constructor(nodesMax: number) {
    this.component = new Int32Array(nodesMax).fill(alone);
    this.index = new Int32Array(nodesMax);
    this.low = new Int32Array(nodesMax);
    this.number = new Int32Array(nodesMax);
    this.parent = new Int32Array(nodesMax);
    this.isOpen = new Uint8Array(nodesMax);
    this.stack = new Int32Array(nodesMax);
    this.visited = new Int32Array(nodesMax);
  }

  /** The components of two nodes or more that are reached from these roots, or from any node. O(what is reached). */
  find(graph: Successors, roots?: Int32Array): Components {
    this.forget();
    if (roots === undefined) for (let node = 0; node < graph.nodes; node++) this.search(graph, node);
    else for (const node of roots) this.search(graph, node);
    return { of: this.component, count: this.members.length, nodes: this.members };
  }

  private forget(): void {
    for (let at = 0; at < this.visitedCount; at++) {
      const node = this.visited[at] ?? 0;
      this.index[node] = 0;
      this.number[node] = 0;
      this.component[node] = alone;
    }
    this.visitedCount = 0;
    this.members = [];
  }

  private search(graph: Successors, root: number): void {
    if (this.index[root] !== 0 || graph.isAlone(root)) return;
    const { index, low, number, parent, isOpen } = this;
    this.visit(root, -1);
    for (let node = root; node >= 0;) {
      const at = number[node] ?? 0;
      number[node] = at + 1;
      const target = graph.next(node, at);
      if (target === skipped) continue;
      if (target === noMore) {
        this.leave(node);
        node = parent[node] ?? -1;
      } else if (index[target] === 0) {
        this.visit(target, node);
        node = target;
      } else if (isOpen[target] === 1 && (index[target] ?? 0) < (low[node] ?? 0))
        low[node] = index[target] ?? 0;
    }
  }

  private visit(node: number, parent: number): void {
    this.visited[this.visitedCount++] = node;
    this.index[node] = this.visitedCount;
    this.low[node] = this.visitedCount;
    this.parent[node] = parent;
    this.isOpen[node] = 1;
    this.stack[this.height++] = node;
  }

  private leave(node: number): void {
    const { low, index, parent, stack, isOpen } = this;
    const up = parent[node] ?? -1;
    if (up >= 0 && (low[node] ?? 0) < (low[up] ?? 0)) low[up] = low[node] ?? 0;
    if (low[node] !== index[node]) return;
    const height = this.height;
    let top;
    do {
      top = stack[--this.height] ?? 0;
      isOpen[top] = 0;
    } while (top !== node);
    if (this.height === height - 1) return;
    const members = stack.slice(this.height, height).sort();
    for (const member of members) this.component[member] = this.members.length;
    this.members.push(members);
  }
}
