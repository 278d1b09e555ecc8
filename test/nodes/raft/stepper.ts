/** Raft nodes moved by hand, with its requests and roles in short. */
import assert from 'node:assert/strict';
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { Operation } from '../../../nodes/machines/index.ts';
import type { RaftProtocol, Role } from '../../../nodes/raft/messages.ts';
import { raft } from '../../../nodes/raft/model.ts';
import { ModelStepper, type Setup } from '../stepper.ts';

export { from, n1, n2, n3, n4, n5, ofType, to } from '../stepper.ts';
export type Letter = Stepper['letters'][number];

export class Stepper extends ModelStepper<RaftProtocol> {
  constructor(size: number, setup: Setup = {}) {
    super(raft, size, setup);
  }

  operate(node: NodeId, operation: Operation, serial?: { client: string; number: number }): RequestId {
    return this.request(node, { type: 'operation', operation, ...(serial && { serial }) });
  }

  put(node: NodeId, key: string, value: number): RequestId {
    return this.operate(node, { type: 'put', key, value });
  }

  get(node: NodeId, key: string): RequestId {
    return this.request(node, { type: 'query', query: { type: 'get', key } });
  }

  /** What a read was answered, undefined while it is open. */
  valueRead(id: RequestId): unknown {
    const response = this.response(id);
    return response?.type === 'value' ? response.value : undefined;
  }

  role(node: NodeId): Role {
    return this.status(node).role;
  }

  /** Makes a node the leader of all that it can reach. */
  elect(node: NodeId): void {
    // Far enough from anything heard of a leader for votes to be given.
    this.wait(1000);
    this.fire(node, 'election');
    this.settle();
    assert.equal(this.role(node), 'leader', `${node} was to be elected`);
  }
}
