/**
 * Anti-entropy (Demers et al. 1987): at every interval each node pushes to every other one what that may lack.
 *
 *   sync=full     A ── sync: everything ──────────────────────────▶ B
 *   sync=digest   A ── digest: a hash of each bucket of keys ─────▶ B
 *                 A ◀── summary: my keys in the buckets that differ ─ B
 *                 A ── sync: the keys that differ, and all that has changed since the digest ─▶ B
 *
 * What is sent is one message, merged in one step, and it leaves nothing out that B lacked when it answered. So the
 * state of a node is closed at all times: whoever shows a write shows all that its writer knew, of other keys too
 * (or what replaced it).
 */
import type { NodeId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import { hashOf, hexOf } from './hash.ts';
import type { Entries, EventualProtocol, Message } from './messages.ts';
import type { EventualOptions } from './options.ts';
import type { Rules } from './rules.ts';
import type { Store } from './store.ts';

type MessageOf<Type extends Message['type']> = Extract<Message, { type: Type }>;

interface Peer {
  /** How many `sync` are under way. The host says of each how it ends. */
  openSyncs: number;
  hasFailed: boolean;
  /** By the root of a digest that it was sent: how many changes came before. The latest ones, in order. */
  readonly offers: Map<string, number>;
}

/** A peer that does not answer gets no more of them at a time: each may be all that there is. */
const openSyncsMax = 3;
/** An answer may take longer than an interval; there is one for a state that does not change any more. */
const offersMax = 8;

export interface AntiEntropyParts {
  readonly peers: readonly NodeId[];
  readonly options: EventualOptions;
  readonly rules: Rules;
  readonly store: Store;
  readonly out: Outbox<EventualProtocol>;
}

export class AntiEntropy {
  private readonly parts: AntiEntropyParts;
  private readonly peers: ReadonlyMap<NodeId, Peer>;

  constructor(parts: AntiEntropyParts) {
    this.parts = parts;
    this.peers = new Map(
      parts.peers.map((node) => [
        node,
        { openSyncs: 0, hasFailed: false, offers: new Map<string, number>() },
      ]),
    );
  }

  /** An interval is over. */
  begin(): void {
    const { store, options, rules } = this.parts;
    if (store.size === 0) return;
    const everything = options.sync === 'full' ? store.entries() : [];
    const buckets = options.sync === 'digest' ? store.bucketHashes() : [];
    for (const [node, peer] of this.peers) {
      if (peer.openSyncs >= openSyncsMax || (peer.hasFailed && !rules.retriesPeers)) continue;
      if (options.sync === 'full') this.push(node, peer, everything);
      else this.offer(node, peer, buckets);
    }
  }

  /** Tells which keys differ, if any do. */
  onDigest(from: NodeId, { root, buckets }: MessageOf<'digest'>): void {
    const { store, out } = this.parts;
    const differing = store.bucketHashes().flatMap((hash, at) => (hash === buckets[at] ? [] : [at]));
    if (differing.length === 0) return;
    out.send(from, { type: 'summary', root, buckets: differing, hashes: store.hashesIn(differing) });
  }

  /** Keys that the digest did not tell apart are the same at the peer, unless they have changed here since. */
  onSummary(from: NodeId, { root, buckets, hashes }: MessageOf<'summary'>): void {
    const { store, out } = this.parts;
    const peer = this.peers.get(from);
    const changes = peer?.offers.get(root);
    if (peer === undefined || changes === undefined || peer.openSyncs >= openSyncsMax) return;
    const theirs = new Map(hashes);
    const isCompared = new Set(buckets);
    const lacking = store.entries(
      (key) =>
        store.hasChangedSince(key, changes) ||
        (isCompared.has(store.bucketOf(key)) && theirs.get(key) !== store.hashOfKey(key)),
    );
    if (lacking.length === 0) return;
    out.probe('differences-sent');
    this.push(from, peer, lacking);
  }

  onSynced(from: NodeId, { taken }: MessageOf<'synced'>): void {
    const peer = this.peers.get(from);
    if (peer === undefined) return;
    peer.openSyncs--;
    peer.hasFailed = !taken;
    if (!taken) this.parts.out.probe('sync-failed');
  }

  private push(to: NodeId, peer: Peer, entries: Entries): void {
    peer.openSyncs++;
    this.parts.out.send(to, { type: 'sync', entries });
  }

  private offer(to: NodeId, peer: Peer, buckets: readonly string[]): void {
    const root = hexOf(hashOf(buckets.join()));
    peer.offers.delete(root);
    peer.offers.set(root, this.parts.store.changes);
    const [oldest] = peer.offers.keys();
    if (oldest !== undefined && peer.offers.size > offersMax) peer.offers.delete(oldest);
    this.parts.out.send(to, { type: 'digest', root, buckets });
  }
}
