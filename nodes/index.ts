/** The registry of models: one line each. */
import type { NodeModel } from './kernel/model.ts';
import type { Protocol } from './kernel/protocol.ts';
import { causal } from './causal/model.ts';
import { crdt } from './crdt/model.ts';
import { eventual } from './eventual/model.ts';
import { quorum } from './quorum/model.ts';
import { leaderFollower } from './leader-follower/model.ts';
import { raft } from './raft/model.ts';

/**
 * Forgets which protocol a model speaks. Sound as long as what one model has made (a request, a status, a record) is
 * handed back to this model only, which every host does: it runs one model.
 */
function anyProtocol<P extends Protocol>(model: NodeModel<P>): NodeModel {
  return model as unknown as NodeModel;
}

export const models: readonly NodeModel[] = [
  anyProtocol(raft),
  anyProtocol(leaderFollower),
  anyProtocol(quorum),
  anyProtocol(eventual),
  anyProtocol(crdt),
  anyProtocol(causal),
];
