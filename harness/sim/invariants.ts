/** Watches a run's released statuses with the invariants of its model. */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../nodes/kernel/model.ts';

/** What went wrong inside the cluster, as opposed to what clients saw. */
export interface Failure {
  /** `crash` for a core that threw, else the name of the invariant. */
  readonly kind: string;
  readonly node: NodeId;
  readonly timeNs: number;
  /** A sentence for a person. */
  readonly explanation: string;
}

function observersOf({ invariants }: NodeModel): readonly {
  readonly name: string;
  readonly observe: ReturnType<NodeModel['invariants'][number]['observer']>;
}[] {
  return invariants.map((invariant) => ({ name: invariant.name, observe: invariant.observer() }));
}

/** Shows a released status to every invariant; answers with the first that is broken. Cost: O(change). */
export type InvariantWatch = (
  node: NodeId,
  incarnation: number,
  status: unknown,
) => { readonly name: string; readonly explanation: string } | null;

/** The processes in front of a cluster, if there are any, have invariants of their own. */
export function watchInvariants(model: NodeModel, fronts: readonly NodeId[] = []): InvariantWatch {
  const ofNodes = observersOf(model);
  const ofFronts = model.front === undefined ? [] : observersOf(model.front.model);
  return (node, incarnation, status) => {
    for (const { name, observe } of fronts.includes(node) ? ofFronts : ofNodes) {
      const explanation = observe({ node, incarnation, status });
      if (explanation !== null) return { name, explanation };
    }
    return null;
  };
}
