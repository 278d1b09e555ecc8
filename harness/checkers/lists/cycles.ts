/** A circle of operations of which each has to be before the next, as sentences. */
import { act, deed, element, type Finding } from './finding.ts';
import type { Graph } from './graph.ts';
import { type Lists } from './lists.ts';

/** Why one operation is before another. */
export const reasons = {
  /** They are of one process. */
  session: 0,
  /** The read saw the append. */
  saw: 1,
  /** The read did not see the append. */
  missed: 2,
  /** A list shows the elements in this order. */
  listOrder: 3,
} as const;

/** The finding that a short cycle of the graph makes. Nodes beyond those of the history only stand between others. */
export function findingOfCycle(lists: Lists, graph: Graph, kind: string): Finding {
  const cycle = graph.cycle();
  const steps = cycle.nodes
    .map((node, at) => ({ node, reason: cycle.reasons[at] ?? 0 }))
    .filter(({ node }) => node < lists.length);
  const nodes = steps.map(({ node }) => node);
  const clauses = steps.map(({ node, reason }, at) => {
    const next = nodes[(at + 1) % nodes.length] ?? node;
    return clause(lists, node, next, reason);
  });
  return { kind, nodes, sentence: `${clauses.join('; ')}: a circle` };
}

function clause(lists: Lists, node: number, next: number, reason: number): string {
  switch (reason) {
    case reasons.session:
      return `${act(lists, node)}, then ${deed(lists, next)}`;
    case reasons.saw:
      return `${act(lists, node)}, and ${act(lists, next)}, which shows it`;
    case reasons.missed:
      return `${act(lists, node)}, without ${element(lists, next)}, so before ${act(lists, next)}`;
    default:
      return `${element(lists, node)} stands before ${element(lists, next)} in a list, so ${act(lists, node)} before ${act(lists, next)}`;
  }
}
