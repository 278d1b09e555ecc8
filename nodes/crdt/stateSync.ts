/**
 * State-based replication (Shapiro et al. 2011, §2.2): at every interval each node sends each other one all that it
 * knows, as the course does. What was lost comes again with the next one.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { CrdtProtocol, Message } from './messages.ts';
import type { Objects } from './objects.ts';

/** A peer that does not answer gets no more at a time: each may hold all that there is. */
export const openSyncsMax = 3;

export interface SyncParts {
  readonly peers: readonly NodeId[];
  readonly dataType: string;
  readonly objects: Objects;
  readonly out: Outbox<CrdtProtocol>;
  /** How many nodes the cluster has. */
  readonly size: number;
}

export type Synced = Extract<Message, { type: 'synced' }>;

export class StateSync {
  private readonly parts: SyncParts;
  /** How many are under way to each peer. The host says of each how it ends. */
  private readonly openSyncs: Map<NodeId, number>;

  constructor(parts: SyncParts) {
    this.parts = parts;
    this.openSyncs = new Map(parts.peers.map((peer) => [peer, 0]));
  }

  /** An interval is over. */
  begin(): void {
    const { objects, dataType, size, out } = this.parts;
    if (objects.size === 0) return;
    const entries = objects.entries();
    for (const [peer, open] of this.openSyncs) {
      if (open >= openSyncsMax) continue;
      this.openSyncs.set(peer, open + 1);
      out.send(peer, { type: 'sync', dataType, entries, size, through: 0 });
    }
  }

  onSynced(from: NodeId, { receipt }: Synced): void {
    const open = this.openSyncs.get(from);
    if (open !== undefined) this.openSyncs.set(from, Math.max(0, open - 1));
    if (receipt === 'none') this.parts.out.probe('sync-failed');
  }
}
