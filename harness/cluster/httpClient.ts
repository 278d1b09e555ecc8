/**
 * The harness's HTTP client. It speaks HTTP/1.1 on plain sockets instead of `node:http`, because the harness shares its
 * cores with the cluster that it measures: a request costs less than half the processor time this way (README.md).
 * One request at a time per connection; a connection is kept and used again by whoever asks that node next.
 */
import { connect, type Socket } from 'node:net';
import { unkeepable } from '../../nodes/host/jsonBounds.ts';
import type { Json, WireRequest } from '../../nodes/kernel/wire.ts';
import type { WireOutcome } from '../world.ts';
import { AnswerParser, type Answer } from './answerParser.ts';
import type { NodeClient } from './nodeClient.ts';

/** Where a node listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export class HttpClient implements NodeClient {
  private readonly idle = new Map<string, Connection[]>();
  private readonly all = new Set<Connection>();

  /** Sends one request and resolves, never later than `timeoutMs` plus a little, with how it ended. */
  send(endpoint: Endpoint, request: WireRequest, timeoutMs: number): Promise<WireOutcome> {
    return new Promise((resolve) => {
      const connection = this.take(endpoint);
      connection.ask(encodeRequest(endpoint, request), timeoutMs, resolve);
    });
  }

  /** Closes every connection; requests in flight end as broken. */
  close(): void {
    for (const connection of [...this.all]) connection.break('the client was closed');
  }

  private take(endpoint: Endpoint): Connection {
    const key = `${endpoint.host}:${endpoint.port}`;
    let pool = this.idle.get(key);
    if (pool === undefined) this.idle.set(key, (pool = []));
    // The one used last: the others may then time out at the node, and a run needs no more than it has threads.
    return pool.pop() ?? this.open(endpoint, pool);
  }

  private open(endpoint: Endpoint, pool: Connection[]): Connection {
    const connection: Connection = new Connection(endpoint, {
      onIdle: () => pool.push(connection),
      onClosed: () => {
        this.all.delete(connection);
        const at = pool.indexOf(connection);
        if (at >= 0) pool.splice(at, 1);
      },
    });
    this.all.add(connection);
    return connection;
  }
}

interface Pending {
  readonly resolve: (outcome: WireOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

class Connection {
  private readonly socket: Socket;
  private readonly events: { onIdle: () => void; onClosed: () => void };
  private readonly parser = new AnswerParser();
  private pending: Pending | null = null;
  private isConnected = false;
  private isClosed = false;

  constructor(endpoint: Endpoint, events: { onIdle: () => void; onClosed: () => void }) {
    this.events = events;
    this.socket = connect({ ...endpoint, noDelay: true });
    this.socket.on('connect', () => (this.isConnected = true));
    this.socket.on('data', (chunk: Buffer) => this.onData(chunk));
    this.socket.on('end', () => this.onEnd());
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.onError(error));
    this.socket.on('close', () => this.break('the connection was closed'));
  }

  ask(request: string, timeoutMs: number, resolve: (outcome: WireOutcome) => void): void {
    const timer = setTimeout(() => this.finish({ kind: 'timeout' }, false), timeoutMs);
    this.pending = { resolve, timer };
    this.socket.write(request);
  }

  break(why: string): void {
    this.finish({ kind: 'broken', why }, false);
  }

  private onData(chunk: Buffer): void {
    // Bytes that nobody asked for: the next answer could not be told from them.
    if (this.pending === null) return this.break('unasked bytes');
    const parsed = this.parser.push(chunk);
    if (parsed === null) return;
    if ('malformed' in parsed) this.break(parsed.malformed);
    else this.finish(outcomeOf(parsed), !parsed.close);
  }

  private onEnd(): void {
    const parsed = this.parser.end();
    if (parsed !== null && !('malformed' in parsed)) this.finish(outcomeOf(parsed), false);
    else this.break(parsed?.malformed ?? 'the connection ended');
  }

  /** What happens before the connection stands has certainly not reached the node. */
  private onError(error: NodeJS.ErrnoException): void {
    if (this.isConnected) this.break(error.code ?? error.message);
    else this.finish({ kind: 'refused' }, false);
  }

  private finish(outcome: WireOutcome, isReusable: boolean): void {
    const { pending } = this;
    this.pending = null;
    if (isReusable && !this.isClosed) this.events.onIdle();
    else this.dispose();
    if (pending === null) return;
    clearTimeout(pending.timer);
    pending.resolve(outcome);
  }

  private dispose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    this.events.onClosed();
  }
}

/** What could not be written into a history again, or would overflow the stack of whoever does, is no JSON for us. */
function outcomeOf({ status, body }: Answer): WireOutcome {
  try {
    const value = JSON.parse(body) as Json;
    return { kind: 'answer', status, body: unkeepable(value) === null ? value : undefined };
  } catch {
    return { kind: 'answer', status, body: undefined };
  }
}

function encodeRequest({ host, port }: Endpoint, request: WireRequest): string {
  const id = request.requestId === undefined ? '' : `Request-Id: ${request.requestId}\r\n`;
  const head = `${request.method} ${request.path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${id}`;
  if (request.method === 'GET') return `${head}\r\n`;
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
