/**
 * Outgoing messages (host law 4): they go to each peer over kept-alive HTTP connections, many small ones in one
 * request, and nothing is ever sent again. The answer of a peer carries nothing; it only paces the next request.
 *
 * Pacing: normally one request is under way per peer, so messages arrive in order, and what is sent meanwhile shares
 * the next request. A request without an answer for `stallMs` no longer holds up the next one: a link that loses or
 * holds the answers only must not stop the messages, which travel the other way. After `timeoutMs` (more for a large
 * batch) it is given up, and its connection with it.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { NodeId } from '../kernel/ids.ts';

export interface PeerCounters {
  requests: number;
  messages: number;
  /** Given up before they left: no address, or the queue was full. */
  dropped: number;
  /** Requests that broke or were given up; whether their messages came nobody knows. */
  broken: number;
}

const limits = {
  queuedMessagesMax: 10_000,
  queuedCharactersMax: 16 * 1024 * 1024,
  batchMessagesMax: 1000,
  batchCharactersMax: 256 * 1024,
  requestsMax: 16,
  stallMs: 50,
  timeoutMs: 800,
  /** On top of the timeout, for large batches: a link this narrow must still get them through. */
  bytesPerMsMin: 16,
  /** After a broken request, before the next one: a dead peer must not cost a connection attempt per message. */
  restMs: 20,
} as const;

export class Peers<Message> {
  readonly counters: PeerCounters = { requests: 0, messages: 0, dropped: 0, broken: 0 };
  private readonly self: NodeId;
  private readonly peers = new Map<NodeId, Peer>();

  constructor(self: NodeId, addresses: Readonly<Record<NodeId, string>>) {
    this.self = self;
    for (const [node, url] of Object.entries(addresses)) this.setAddress(node as NodeId, url);
  }

  /** Adds a peer, or moves it. What is queued for it goes to the new address. */
  setAddress(node: NodeId, url: string): void {
    const peer = this.peers.get(node);
    if (peer === undefined) this.peers.set(node, new Peer(this.self, new URL(url), this.counters));
    else peer.moveTo(new URL(url));
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

  /** Breaks all connections and forgets what is queued. */
  stop(): void {
    for (const peer of this.peers.values()) peer.stop();
  }
}

class Peer {
  private readonly self: NodeId;
  private readonly counters: PeerCounters;
  private readonly agent = new Agent({ keepAlive: true, noDelay: true, maxFreeSockets: 2 });
  private url: URL;
  private queue: string[] = [];
  private queuedCharacters = 0;
  private underWay = 0;
  /** Of those under way, how many still hold up the next one. */
  private pacing = 0;
  private isResting = false;
  private isScheduled = false;
  private isStopped = false;

  constructor(self: NodeId, url: URL, counters: PeerCounters) {
    this.self = self;
    this.url = url;
    this.counters = counters;
  }

  get origin(): string {
    return this.url.origin;
  }

  moveTo(url: URL): void {
    this.url = url;
  }

  enqueue(message: string): void {
    this.queue.push(message);
    this.queuedCharacters += message.length;
    while (
      this.queue.length > limits.queuedMessagesMax ||
      (this.queuedCharacters > limits.queuedCharactersMax && this.queue.length > 1)
    ) {
      this.queuedCharacters -= this.queue.shift()?.length ?? 0;
      this.counters.dropped += 1;
    }
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    this.queue = [];
    this.agent.destroy();
  }

  /** After the present events: what they send shares the request. */
  private schedule(): void {
    if (this.isScheduled || !this.maySend()) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.maySend()) this.post(this.nextBatch());
    });
  }

  private maySend(): boolean {
    return (
      this.queue.length > 0 &&
      this.pacing === 0 &&
      this.underWay < limits.requestsMax &&
      !this.isResting &&
      !this.isStopped
    );
  }

  private nextBatch(): readonly string[] {
    let count = 0;
    let characters = 0;
    for (const message of this.queue) {
      if (count > 0 && characters + message.length > limits.batchCharactersMax) break;
      if (count === limits.batchMessagesMax) break;
      characters += message.length;
      count += 1;
    }
    this.queuedCharacters -= characters;
    return this.queue.splice(0, count);
  }

  private post(messages: readonly string[]): void {
    const body = `{"from":"${this.self}","messages":[${messages.join(',')}]}`;
    const bodyBytes = Buffer.byteLength(body);
    this.counters.requests += 1;
    this.counters.messages += messages.length;
    const pace = this.beginRequest();
    const request = httpRequest({
      host: this.url.hostname,
      port: this.url.port,
      path: '/peer',
      method: 'POST',
      agent: this.agent,
      headers: { 'Content-Type': 'application/json', 'Content-Length': bodyBytes },
    });
    const giveUp = setTimeout(() => request.destroy(), limits.timeoutMs + bodyBytes / limits.bytesPerMsMin);
    const end = (isBroken: boolean): void => {
      clearTimeout(giveUp);
      pace.end(isBroken);
    };
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => end(false));
      response.on('close', () => end(!response.complete));
    });
    request.on('error', () => end(true));
    request.end(body);
  }

  /** Counts a request as under way; `end` may be called more than once. */
  private beginRequest(): { end(isBroken: boolean): void } {
    let isPacing = true;
    let isUnderWay = true;
    this.underWay += 1;
    this.pacing += 1;
    const stopPacing = (): void => {
      if (!isPacing) return;
      isPacing = false;
      this.pacing -= 1;
      this.schedule();
    };
    const stalled = setTimeout(stopPacing, limits.stallMs);
    return {
      end: (isBroken) => {
        if (!isUnderWay) return;
        isUnderWay = false;
        this.underWay -= 1;
        clearTimeout(stalled);
        if (isBroken) this.rest();
        stopPacing();
        this.schedule();
      },
    };
  }

  private rest(): void {
    this.counters.broken += 1;
    if (this.isResting) return;
    this.isResting = true;
    setTimeout(() => {
      this.isResting = false;
      this.schedule();
    }, limits.restMs);
  }
}
