/** Who the peers are, and the way to each of them (host law 4: what cannot be sent is forgotten). */
import type { NodeId } from '../kernel/ids.ts';
import { Peer, type PeerCounters } from './peer.ts';

/** Takes what a peer says, all or nothing; false when it makes no sense. */
export type Hear = (from: NodeId, messages: readonly unknown[]) => boolean;

export class Peers<Message> {
  readonly counters: PeerCounters = { requests: 0, messages: 0, dropped: 0, answered: 0, broken: 0 };
  private readonly self: NodeId;
  private readonly hear: Hear;
  private readonly peers = new Map<NodeId, Peer>();

  /** `hear` takes what the peers say in their answers. */
  constructor(self: NodeId, addresses: Readonly<Record<NodeId, string>>, hear: Hear) {
    this.self = self;
    this.hear = hear;
    for (const [node, url] of Object.entries(addresses)) this.setAddress(node as NodeId, url);
  }

  /** Adds a peer, or moves it. What is queued for it goes to the new address. */
  setAddress(node: NodeId, url: string): void {
    const peer = this.peers.get(node);
    if (peer !== undefined) peer.moveTo(new URL(url));
    else this.peers.set(node, new Peer(this.self, new URL(url), this.counters, this.listenTo(node)));
  }

  /** Where this peer listens; undefined if nobody has said. */
  originOf(node: NodeId): string | undefined {
    return this.peers.get(node)?.origin;
  }

  addresses(): Record<string, string> {
    return Object.fromEntries([...this.peers].map(([node, peer]) => [node, peer.origin]));
  }

  /** Sends and forgets. */
  send(to: NodeId, message: Message): void {
    const peer = this.peers.get(to);
    if (peer === undefined) this.counters.dropped += 1;
    else peer.enqueue(JSON.stringify(message));
  }

  /** What is queued for this peer, as JSON, to be told in an answer to it. It will not be sent otherwise. */
  takeForAnswer(node: NodeId): readonly string[] {
    return this.peers.get(node)?.takeForAnswer() ?? [];
  }

  /** Breaks all connections and forgets what is queued. */
  stop(): void {
    for (const peer of this.peers.values()) peer.stop();
  }

  /** What an answer says was said by the peer that was asked, whatever is in it. */
  private listenTo(node: NodeId): (messages: readonly unknown[]) => boolean {
    return (messages) => this.hear(node, messages);
  }
}
