/** A mesh of two toy nodes in the process of the test: raw clients at one end, a recording server at the other. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { nodeId } from '../../../../nodes/kernel/ids.ts';
import { listenOnFreePort } from '../../../../harness/cluster/freePort.ts';
import type { LinkTraffic } from '../../../../harness/cluster/links/link.ts';
import { requestParser } from '../../../../harness/cluster/links/frameParser.ts';
import { Mesh } from '../../../../harness/cluster/links/mesh.ts';
import { openLink, type LinkRule } from '../../../../harness/world.ts';

export const a = nodeId(1);
export const b = nodeId(2);

/** A server that keeps what it is sent and answers each request with its body. */
export class RecordingServer {
  readonly requests: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly server: Server;
  connections = 0;

  constructor(answer: (body: string, socket: Socket) => string | null = (body) => httpAnswer(body)) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.on('end', () => socket.end());
      const parser = requestParser();
      socket.on('data', (chunk: Buffer) => {
        for (const { bytes } of parser.push(chunk)) {
          const text = bytes.toString();
          const body = text.slice(text.indexOf('\r\n\r\n') + 4);
          this.requests.push(body);
          const said = answer(body, socket);
          if (said !== null) socket.write(said);
        }
      });
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A client that sends raw requests and keeps what comes back. */
export class RawClient {
  received = '';
  /** `open`, `end` for an orderly end, or the code of the error. */
  state = 'open';
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.state = error.code ?? error.message));
    this.socket.on('end', () => (this.state = 'end'));
  }

  post(body: string): void {
    this.socket.write(httpRequest(body));
  }

  /** Bodies of the answers so far. */
  answers(): string[] {
    return this.received.split(/HTTP\/1\.1 200 OK\r\nContent-Length: \d+\r\n\r\n/).slice(1);
  }
}

export function httpRequest(body: string): string {
  return `POST /p HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function httpAnswer(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Two nodes; `b` is a recording server, and clients speak for `a`. */
export class LinkBench {
  readonly mesh = new Mesh('bench');
  readonly server: RecordingServer;
  private readonly clients: RawClient[] = [];
  private port = 0;

  constructor(server = new RecordingServer()) {
    this.server = server;
  }

  async open(): Promise<this> {
    const port = await listenOnFreePort(this.server.server);
    const links = await this.mesh.add([a, b]);
    this.mesh.setPort(b, port);
    this.port = links.find(({ from }) => from === a)?.port ?? 0;
    return this;
  }

  client(): RawClient {
    const client = new RawClient(this.port);
    this.clients.push(client);
    return client;
  }

  /** Puts a rule on the link `from` → the other one. */
  rule(from: typeof a, rule: Partial<LinkRule>): Promise<void> {
    return this.mesh.set([{ from, to: from === a ? b : a, rule: { ...openLink, ...rule } }]);
  }

  traffic(from: typeof a): LinkTraffic {
    const found = this.mesh.traffic().find((traffic) => traffic.from === from);
    if (found === undefined) throw new Error(`no link from ${from}`);
    return found;
  }

  close(): void {
    for (const { socket } of this.clients) socket.destroy();
    this.mesh.close();
    this.server.close();
  }
}
