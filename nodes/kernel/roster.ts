/**
 * Who is who in a cluster: the nodes of the model, n1 to nN, and after them the processes in front of them, if its
 * options want any. Every world seats a cluster by this, and so does everything that has to know whom clients talk to.
 */
import { nodeId, type NodeId } from './ids.ts';
import type { NodeModel, OptionValues } from './model.ts';

export interface Roster {
  readonly nodes: readonly NodeId[];
  readonly fronts: readonly NodeId[];
  /** All of them: what faults may hit. */
  readonly all: readonly NodeId[];
  /** To whom clients talk. */
  readonly entrances: readonly NodeId[];
}

/** What runs in one place of a cluster. */
export interface Seat {
  readonly model: NodeModel;
  readonly options: OptionValues;
  /** Only where the planted bug is one of this model. */
  readonly bug: string | null;
  /** Whom it knows from the start. */
  readonly peers: readonly NodeId[];
}

/** Of a cluster with so many nodes of the model. */
export function rosterOf(
  { front }: Pick<NodeModel, 'front'>,
  options: OptionValues,
  nodeCount: number,
): Roster {
  const numbered = (count: number, after: number): readonly NodeId[] =>
    Array.from({ length: count }, (_, at) => nodeId(after + at + 1));
  const nodes = numbered(nodeCount, 0);
  const fronts = numbered(front?.of(options)?.count ?? 0, nodeCount);
  return { nodes, fronts, all: [...nodes, ...fronts], entrances: fronts.length > 0 ? fronts : nodes };
}

/** What `node` runs. A node that joins later is none of the roster, and knows nobody. */
export function seatOf(
  model: NodeModel,
  { options, bug }: { readonly options: OptionValues; readonly bug: string | null },
  { nodes, fronts }: Roster,
  node: NodeId,
): Seat {
  const planted = ({ bugs }: NodeModel): string | null =>
    bugs.some(({ name }) => name === bug) ? bug : null;
  const setup = fronts.includes(node) ? model.front?.of(options) : null;
  if (model.front !== undefined && setup)
    return {
      model: model.front.model,
      options: setup.options,
      bug: planted(model.front.model),
      peers: nodes,
    };
  const peers = nodes.includes(node) ? nodes.filter((other) => other !== node) : [];
  return { model, options, bug: model.front === undefined ? bug : planted(model), peers };
}

/** The mistakes that can be planted in a cluster of this model. */
export function plantable({ bugs, front }: NodeModel): NodeModel['bugs'] {
  return [...bugs, ...(front?.model.bugs ?? [])];
}

/** The models whose nodes a cluster of this one may have. */
export function modelsOf(model: NodeModel): readonly NodeModel[] {
  return model.front === undefined ? [model] : [model, model.front.model];
}
