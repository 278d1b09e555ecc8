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

/** Shows a released status to every invariant; answers with the first that is broken. Cost: O(change). */
export type InvariantWatch = (
  node: NodeId,
  incarnation: number,
  status: unknown,
) => { readonly name: string; readonly explanation: string } | null;

export function watchInvariants(model: NodeModel): InvariantWatch {
  const observers = model.invariants.map((invariant) => ({
    name: invariant.name,
    observe: invariant.observer(),
  }));
  return (node, incarnation, status) => {
    for (const { name, observe } of observers) {
      const explanation = observe({ node, incarnation, status });
      if (explanation !== null) return { name, explanation };
    }
    return null;
  };
}
