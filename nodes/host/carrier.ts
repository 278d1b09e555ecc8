/**
 * Messages that travel as HTTP requests of their own (`carried` in nodes/kernel/model.ts), so that programs of others can
 * take and answer them. Unlike the client of `/peer` (peerConnection.ts) this one must understand any HTTP server, which
 * is what `node:http` is for. Each request is sent once and ends once: by its answer, or by null if it broke, came to
 * nobody, or had no answer in time (host law 4: nothing is sent again).
 */
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { WireAnswer, WireRequest } from '../kernel/wire.ts';
import { parse } from './clientApi.ts';
import { unkeepable } from './jsonBounds.ts';

export interface CarrierCounters {
  requests: number;
  answered: number;
  /** Without an answer; whether the peer took them nobody knows. */
  broken: number;
  /** Given up before they left: no address, or too many open. */
  dropped: number;
}

const limits = {
  /** For each peer; whoever has more to say waits for the answers. */
  openMax: 16,
  /** Connections to one peer that are kept for the next request. */
  idleMax: 2,
  timeoutMs: 1000,
  /** On top of the timeout, for large bodies: a link this narrow must still get them through. */
  charactersPerMsMin: 16,
  answerBytesMax: 1024 * 1024,
  /** A connection that nobody needs any more, as after a peer has moved. */
  idleMs: 30_000,
} as const;

type OnAnswer = (answer: WireAnswer | null) => void;

export class Carrier {
  readonly counters: CarrierCounters = { requests: 0, answered: 0, broken: 0, dropped: 0 };
  private readonly agent = new Agent({
    keepAlive: true,
    maxFreeSockets: limits.idleMax,
    timeout: limits.idleMs,
  });
  /** By address. */
  private readonly openCounts = new Map<string, number>();
  private readonly open = new Set<ClientRequest>();
  private isStopped = false;

  /** `onAnswer` is called once and never at once, unless the carrier is stopped first. */
  ask(origin: string | undefined, request: WireRequest, onAnswer: OnAnswer): void {
    if (this.isStopped) return;
    const openCount = origin === undefined ? 0 : (this.openCounts.get(origin) ?? 0);
    if (origin === undefined || openCount >= limits.openMax) {
      this.counters.dropped += 1;
      setImmediate(() => this.tell(onAnswer, null));
      return;
    }
    this.counters.requests += 1;
    this.openCounts.set(origin, openCount + 1);
    let isOver = false;
    this.post(origin, request, (answer) => {
      if (isOver) return;
      isOver = true;
      this.openCounts.set(origin, (this.openCounts.get(origin) ?? 1) - 1);
      this.counters[answer === null ? 'broken' : 'answered'] += 1;
      this.tell(onAnswer, answer);
    });
  }

  /** Breaks all connections; nobody is told anything any more. */
  stop(): void {
    this.isStopped = true;
    for (const asked of this.open) asked.destroy();
    this.agent.destroy();
  }

  private tell(onAnswer: OnAnswer, answer: WireAnswer | null): void {
    if (!this.isStopped) onAnswer(answer);
  }

  /** May call `end` several times; the first one counts. */
  private post(origin: string, { method, path, requestId, body }: WireRequest, end: OnAnswer): void {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...(requestId !== undefined && { 'Request-Id': requestId }),
      ...(text !== '' && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    };
    // As part of an address, a path of dots would be shortened: nobody would get to the key `..`.
    const asked = httpRequest(origin, { path, method, agent: this.agent, headers });
    this.open.add(asked);
    const timer = setTimeout(
      () => asked.destroy(),
      limits.timeoutMs + text.length / limits.charactersPerMsMin,
    );
    asked.on('response', (response) => read(response, end));
    asked.on('error', () => end(null));
    asked.on('close', () => {
      clearTimeout(timer);
      this.open.delete(asked);
      end(null);
    });
    asked.end(text);
  }
}

function read(response: IncomingMessage, end: OnAnswer): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.answerBytesMax) response.destroy();
    else chunks.push(chunk);
  });
  response.on('error', () => end(null));
  response.on('end', () => {
    const body = parse(Buffer.concat(chunks).toString());
    const isAnswer = body !== undefined && unkeepable(body) === null;
    end(isAnswer ? { status: response.statusCode ?? 0, body } : null);
  });
}
