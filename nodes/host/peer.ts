/**
 * The messages for one peer: they leave in requests, many small ones in one, over kept-alive connections, or in answers
 * to the peer's own requests (exchange.ts), whichever comes first; nothing is ever sent again. The answer to a request
 * carries what the peer has to say in return, and paces the next request.
 *
 * Pacing: normally one request is under way, and what is sent meanwhile shares the next one. A request without an
 * answer for `stallMs` no longer holds up the next: a link that loses or holds the answers only must not stop the
 * messages, which travel the other way. After `timeoutMs` (more for a large batch) it is given up, and its connection
 * with it.
 */
import type { NodeId } from '../kernel/ids.ts';
import { parse } from './clientApi.ts';
import { PeerConnection } from './peerConnection.ts';

export interface PeerCounters {
  requests: number;
  messages: number;
  /** Given up before they left: no address, or the queue was full. */
  dropped: number;
  /** Messages that left in answers to the peer's own requests. */
  answered: number;
  /** Requests that broke or were given up; whether their messages came nobody knows. */
  broken: number;
}

const limits = {
  queuedMessagesMax: 10_000,
  queuedCharactersMax: 16 * 1024 * 1024,
  batchMessagesMax: 1000,
  batchCharactersMax: 256 * 1024,
  /** Whoever asks gives up by the size of its question: a large answer would never get through a narrow link. */
  answerCharactersMax: 8 * 1024,
  requestsMax: 16,
  stallMs: 50,
  timeoutMs: 800,
  /** On top of the timeout, for large batches: a link this narrow must still get them through. */
  charactersPerMsMin: 16,
  /** Connections that are kept for the next request. */
  idleMax: 2,
  /** After a broken request, before the next one: a dead peer must not cost a connection attempt per message. */
  restMs: 20,
} as const;

export class Peer {
  private readonly self: NodeId;
  private readonly counters: PeerCounters;
  /** False when they make no sense. */
  private readonly onMessages: (messages: readonly unknown[]) => boolean;
  private readonly connections = new Set<PeerConnection>();
  private idle: PeerConnection[] = [];
  private url: URL;
  private queue: string[] = [];
  private queuedCharacters = 0;
  private underWay = 0;
  /** Of those under way, how many still hold up the next one. */
  private pacing = 0;
  private isResting = false;
  private isScheduled = false;
  private isStopped = false;

  constructor(
    self: NodeId,
    url: URL,
    counters: PeerCounters,
    onMessages: (messages: readonly unknown[]) => boolean,
  ) {
    this.self = self;
    this.url = url;
    this.counters = counters;
    this.onMessages = onMessages;
  }

  get origin(): string {
    return this.url.origin;
  }

  moveTo(url: URL): void {
    if (url.origin === this.origin) return;
    this.url = url;
    for (const connection of this.idle) connection.close();
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

  /** Messages for an answer to this peer. */
  takeForAnswer(): readonly string[] {
    const [first] = this.queue;
    if (first === undefined || first.length > limits.answerCharactersMax) return [];
    const messages = this.nextBatch(limits.answerCharactersMax);
    this.counters.answered += messages.length;
    return messages;
  }

  stop(): void {
    this.isStopped = true;
    this.queue = [];
    for (const connection of this.connections) connection.close();
  }

  /** After the present events: what they send shares the request. */
  private schedule(): void {
    if (this.isScheduled || !this.maySend()) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.maySend()) this.post(this.nextBatch(limits.batchCharactersMax));
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

  private nextBatch(charactersMax: number): readonly string[] {
    let count = 0;
    let characters = 0;
    for (const message of this.queue) {
      if (count > 0 && characters + message.length > charactersMax) break;
      if (count === limits.batchMessagesMax) break;
      characters += message.length;
      count += 1;
    }
    this.queuedCharacters -= characters;
    return this.queue.splice(0, count);
  }

  private post(messages: readonly string[]): void {
    const body = `{"from":"${this.self}","messages":[${messages.join(',')}]}`;
    this.counters.requests += 1;
    this.counters.messages += messages.length;
    this.underWay += 1;
    this.pacing += 1;
    const connection = this.idle.pop() ?? this.connect();
    let isPacing = true;
    const stopPacing = (): void => {
      if (isPacing) this.pacing -= 1;
      isPacing = false;
    };
    let timer = setTimeout(() => {
      stopPacing();
      timer = setTimeout(
        () => connection.close(),
        limits.timeoutMs - limits.stallMs + body.length / limits.charactersPerMsMin,
      );
      this.schedule();
    }, limits.stallMs);
    connection.ask('/peer', body, (answer) => {
      clearTimeout(timer);
      this.underWay -= 1;
      stopPacing();
      this.onAnswer(connection, answer);
      this.schedule();
    });
  }

  private onAnswer(connection: PeerConnection, answer: string | null): void {
    if (answer === null) return this.rest();
    const messages = messagesIn(answer);
    // An answer that makes no sense is none.
    const isHeard = messages !== null && !this.isStopped && this.onMessages(messages);
    const isIdle = isHeard && connection.url === this.url && this.idle.length < limits.idleMax;
    if (isIdle) this.idle.push(connection);
    else connection.close();
    if (!isHeard) this.rest();
  }

  private connect(): PeerConnection {
    const connection: PeerConnection = new PeerConnection(this.url, () => {
      this.connections.delete(connection);
      this.idle = this.idle.filter((other) => other !== connection);
    });
    this.connections.add(connection);
    return connection;
  }

  private rest(): void {
    if (this.isStopped) return;
    this.counters.broken += 1;
    if (this.isResting) return;
    this.isResting = true;
    setTimeout(() => {
      this.isResting = false;
      this.schedule();
    }, limits.restMs);
  }
}

/** Null unless this is what a peer answers. */
function messagesIn(answer: string): readonly unknown[] | null {
  const batch = parse(answer) as { messages?: unknown } | null | undefined;
  return Array.isArray(batch?.messages) ? (batch.messages as unknown[]) : null;
}
