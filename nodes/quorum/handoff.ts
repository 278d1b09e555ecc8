/**
 * Handing hints over: every now and then to all nodes for which some are kept, and at once when a node has answered all
 * that it was sent. A hint is kept until its node says that it holds the key at that timestamp or a later one.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Timestamp } from './messages.ts';
import type { Replica } from './replica.ts';

export function onHandoffTimeout(replica: Replica): void {
  const { hints, options, out } = replica;
  for (const node of hints.nodes) handOver(replica, node);
  if (hints.size > 0) out.setTimer('handoff', options.handoffInterval);
}

function handOver(replica: Replica, node: NodeId): void {
  for (const [key, version] of replica.hints.batch(node)) {
    replica.out.send(node, { type: 'write', key, version, isHandoff: true });
  }
}

/** A node holds the key at this timestamp: no hint is needed for that any more. */
export function onDelivered(replica: Replica, node: NodeId, key: string, timestamp: Timestamp): void {
  const { hints, options, changes } = replica;
  const result = hints.drop(node, key, timestamp);
  if (result === null) return;
  changes.push({ type: 'delivered', node, key, timestamp: result.dropped });
  if (!result.isReady || !options.handoff) return;
  replica.out.probe('hints-handed-over');
  handOver(replica, node);
}
