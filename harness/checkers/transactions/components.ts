/** Strongly connected components: Tarjan's algorithm (1972), without recursion. */
import { alone, noMore, skipped, type Successors } from './successors.ts';

export interface Components {
  /** By node: the number of its component, or `alone`. */
  readonly of: Int32Array;
  readonly count: number;
}

/** The components of two nodes or more. O(nodes + edges), five numbers a node. */
export function componentsOf(graph: Successors): Components {
  const search = new Tarjan(graph);
  for (let node = 0; node < graph.nodes; node++) if (!graph.isAlone(node)) search.from(node);
  return { of: search.component, count: search.count };
}

class Tarjan {
  readonly component: Int32Array;
  count = 0;
  private readonly graph: Successors;
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
  private visited = 0;

  constructor(graph: Successors) {
    this.graph = graph;
    this.component = new Int32Array(graph.nodes).fill(alone);
    this.index = new Int32Array(graph.nodes);
    this.low = new Int32Array(graph.nodes);
    this.number = new Int32Array(graph.nodes);
    this.parent = new Int32Array(graph.nodes);
    this.isOpen = new Uint8Array(graph.nodes);
    this.stack = new Int32Array(graph.nodes);
  }

  from(root: number): void {
    if (this.index[root] !== 0) return;
    const { graph, index, low, number, parent, isOpen } = this;
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
    this.visited++;
    this.index[node] = this.visited;
    this.low[node] = this.visited;
    this.parent[node] = parent;
    this.isOpen[node] = 1;
    this.stack[this.height++] = node;
  }

  private leave(node: number): void {
    const { low, index, parent, stack, isOpen } = this;
    const up = parent[node] ?? -1;
    if (up >= 0 && (low[node] ?? 0) < (low[up] ?? 0)) low[up] = low[node] ?? 0;
    if (low[node] !== index[node]) return;
    const isAlone = stack[this.height - 1] === node;
    for (;;) {
      const top = stack[--this.height] ?? 0;
      isOpen[top] = 0;
      if (!isAlone) this.component[top] = this.count;
      if (top === node) break;
    }
    if (!isAlone) this.count++;
  }
}
