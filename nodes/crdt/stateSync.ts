/**
 * State-based replication (Shapiro et al. 2011, §2.2): at every interval each node sends each other one all that it
 * knows, as the course does. What was lost comes again with the next one.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { CrdtProtocol } from './messages.ts';
import type { Objects } from './objects.ts';

/** A peer that does not answer gets no more at a time: each holds all that there is. */
const openSyncsMax = 3;

export interface StateSyncParts {
  readonly peers: readonly NodeId[];
  readonly dataType: string;
  readonly objects: Objects;
  readonly out: Outbox<CrdtProtocol>;
  /** How many nodes the cluster has. */
  readonly size: number;
}

export class StateSync {
  private readonly parts: StateSyncParts;
  /** How many are under way to each peer. The host says of each how it ends. */
  private readonly openSyncs: Map<NodeId, number>;

  constructor(parts: StateSyncParts) {
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
      out.send(peer, { type: 'sync', dataType, entries, size });
    }
  }

  onSynced(from: NodeId, taken: boolean): void {
    const open = this.openSyncs.get(from);
    if (open !== undefined) this.openSyncs.set(from, Math.max(0, open - 1));
    if (!taken) this.parts.out.probe('sync-failed');
  }
}
