/** Three causal nodes moved by hand, with its requests and rounds of anti-entropy in short. */
import assert from 'node:assert/strict';
import type { CausalProtocol } from '../../../nodes/causal/messages.ts';
import { causal } from '../../../nodes/causal/model.ts';
import { vectorOf } from '../../../nodes/causal/vector.ts';
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import { ModelStepper, n1, n2, n3, type Setup } from '../stepper.ts';

export { n1, n2, n3 };
export const nodes: readonly NodeId[] = [n1, n2, n3];
export type Letter = Stepper['letters'][number];

export class Stepper extends ModelStepper<CausalProtocol> {
  constructor(setup: Setup = {}) {
    super(causal, nodes.length, setup);
  }

  put(node: NodeId, key: string, value: Json, session = ''): RequestId {
    return this.request(node, { type: 'put', key, value, session: vectorOf(session) });
  }

  get(node: NodeId, key: string, session = ''): RequestId {
    return this.request(node, { type: 'get', key, session: vectorOf(session) });
  }

  /** What a read of a key at a node is answered at once. */
  held(node: NodeId, key: string): Json {
    const response = this.response(this.get(node, key));
    assert(response?.type === 'read');
    return response.value;
  }

  /** Rounds of anti-entropy between all nodes, with everything delivered. */
  sync(rounds = 1): void {
    for (let round = 0; round < rounds; round++) {
      for (const node of nodes) this.fire(node, 'sync');
      this.settle();
    }
  }
}
