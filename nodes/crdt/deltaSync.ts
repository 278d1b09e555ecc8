/**
 * Delta-state replication (Almeida et al. 2018, §6, algorithm 2): at every interval each node sends each other one a
 * delta-interval, the join of all that it has added since what that one has acknowledged.
 *
 *   A ── sync: the changes 4 to 7, joined ──▶ B
 *   A ◀── received, and kept ──────────────── B      from now on A sends it what comes after 7
 *
 * What was lost comes again with the next interval, as nothing is forgotten before it is acknowledged. Everything goes to
 * a peer that has acknowledged nothing: after a restart, when the interval is gone, and always to a program of others,
 * which does not say that it will have tomorrow what it took today.
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Entries } from './messages.ts';
import type { Rules } from './rules.ts';
import { openSyncsMax, type Synced, type SyncParts } from './stateSync.ts';

/** Entries that are held for peers that do not acknowledge; one that lacks more gets everything. */
const heldMax = 1000;

interface Peer {
  /** How many are under way. The host says of each how it ends. */
  openSyncs: number;
  /** The changes up to here it has, and all that was there before them; null when it has acknowledged nothing. */
  kept: number | null;
}

/** A change: what a step has added. */
interface Change {
  readonly at: number;
  readonly entries: Entries;
}

export class DeltaSync {
  private readonly parts: SyncParts;
  private readonly rules: Rules;
  private readonly peers: ReadonlyMap<NodeId, Peer>;
  /** In order, without gaps: those after `forgotten`. */
  private held: Change[] = [];
  private heldEntries = 0;
  private forgotten = 0;
  /** How many there were in this incarnation; the host tells answers to nobody but the incarnation that asked. */
  private changes = 0;

  constructor(parts: SyncParts, rules: Rules) {
    this.parts = parts;
    this.rules = rules;
    this.peers = new Map(parts.peers.map((peer) => [peer, { openSyncs: 0, kept: null }]));
  }

  status(): { readonly changes: number; readonly kept: readonly (readonly [NodeId, number])[] } {
    const kept = [...this.peers].flatMap(([node, peer]) =>
      peer.kept === null ? [] : [[node, peer.kept] as const],
    );
    return { changes: this.changes, kept };
  }

  /** A step is over, and has added this. */
  onAdded(entries: Entries): void {
    if (entries.length === 0) return;
    this.held.push({ at: ++this.changes, entries });
    this.heldEntries += entries.length;
    this.forget();
  }

  /** An interval is over. */
  begin(): void {
    const { objects, out, dataType, size } = this.parts;
    if (objects.size === 0) return;
    const through = this.changes;
    const intervals = new Map<number | null, Entries>();
    for (const [node, peer] of this.peers) {
      if (peer.openSyncs >= openSyncsMax || peer.kept === through) continue;
      const from = peer.kept === null || peer.kept < this.forgotten ? null : peer.kept;
      const entries = intervals.get(from) ?? this.since(from);
      intervals.set(from, entries);
      peer.openSyncs += 1;
      out.send(node, { type: 'sync', dataType, entries, size, through });
      out.probe(from === null ? 'state-sent' : 'delta-sent');
    }
  }

  onSynced(from: NodeId, synced: Synced): void {
    const peer = this.peers.get(from);
    if (peer === undefined) return;
    peer.openSyncs = Math.max(0, peer.openSyncs - 1);
    peer.kept = this.rules.keptAfter(peer.kept, synced);
    if (synced.receipt === 'none') this.parts.out.probe('sync-failed');
    this.forget();
  }

  /** All that there is, or all that was added since. */
  private since(kept: number | null): Entries {
    const { objects } = this.parts;
    if (kept === null) return objects.entries();
    return objects.join(this.held.filter(({ at }) => at > kept).map(({ entries }) => entries));
  }

  /** What every peer has is not needed any more. Nor is what would be too much: whoever lacks it gets everything. */
  private forget(): void {
    const kept = [...this.peers.values()].map((peer) => peer.kept ?? 0);
    const needless = Math.min(this.changes, ...kept);
    let count = 0;
    for (const { at, entries } of this.held) {
      if (at > needless && this.heldEntries <= heldMax) break;
      this.heldEntries -= entries.length;
      this.forgotten = at;
      count += 1;
    }
    if (count > 0) this.held.splice(0, count);
  }
}
