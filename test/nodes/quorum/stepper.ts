/** Nodes of quorum moved by hand, with its requests and versions in short. */
import assert from 'node:assert/strict';
import type { NodeId, RequestId } from '../../../nodes/kernel/ids.ts';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { Level, QuorumProtocol, Timestamp, Version } from '../../../nodes/quorum/messages.ts';
import { quorum } from '../../../nodes/quorum/model.ts';
import { newest } from '../../../nodes/quorum/timestamps.ts';
import { ModelStepper, type Setup } from '../stepper.ts';

export { from, n1, n2, n3, n4, n5, ofType, to } from '../stepper.ts';
export type Letter = Stepper['letters'][number];

/** Nothing in the background, so that a test moves everything itself. */
const quiet: OptionValues = { antiEntropyInterval: 0 };

export class Stepper extends ModelStepper<QuorumProtocol> {
  constructor(size: number, setup: Setup = {}) {
    super(quorum, size, { ...setup, options: { ...quiet, ...setup.options } });
  }

  write(node: NodeId, key: string, value: Json, level?: Level): RequestId {
    return this.request(node, { type: 'write', key, value, ...(level && { level }) });
  }

  read(node: NodeId, key: string, level?: Level): RequestId {
    return this.request(node, { type: 'read', key, ...(level && { level }) });
  }

  put(node: NodeId, key: string, value: Json, timestamp?: Timestamp): RequestId {
    return this.request(node, {
      type: 'put',
      key,
      value,
      ...(timestamp !== undefined && { timestamp }),
    });
  }

  /** What a read was answered: the value, null if there is nothing; undefined while it is open or failed. */
  valueRead(id: RequestId): Json | undefined {
    const response = this.response(id);
    return response?.type === 'value' ? (response.version?.value ?? null) : undefined;
  }

  /** What a node holds itself. */
  held(node: NodeId, key: string): Version | null {
    const response = this.response(this.request(node, { type: 'local-read', key }));
    assert(response?.type === 'value', 'a local read is answered at once');
    return response.version;
  }

  /** The newest version that any node holds. */
  newest(key: string): Version | null {
    return newest(this.nodes.map((node) => this.held(node, key)));
  }
}
