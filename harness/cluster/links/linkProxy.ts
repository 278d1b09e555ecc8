/**
 * The listener of one ordered pair: node i reaches node j at this port and at no other. It is a TCP proxy that cuts the
 * streams into messages and asks the links for their fate.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnFreePort, listenOnPort } from '../freePort.ts';
import { closesConnections, type DirectedLink, type RuleWatcher } from './link.ts';
import { LinkConnection } from './linkConnection.ts';

/** How long a request that was sent on a connection of its own may take. */
const apartMs = 5_000;

export class LinkProxy implements RuleWatcher {
  private readonly there: DirectedLink;
  private readonly back: DirectedLink;
  private readonly targetPort: () => number;
  private readonly connections = new Set<LinkConnection>();
  private readonly apart = new Set<Socket>();
  private server: Server;
  private listenPort = 0;
  /** The last change of the listener; changes happen one after the other. */
  private settling: Promise<void> = Promise.resolve();

  constructor(there: DirectedLink, back: DirectedLink, targetPort: () => number) {
    this.there = there;
    this.back = back;
    this.targetPort = targetPort;
    this.server = this.createServer();
    there.watch(this);
  }

  get port(): number {
    return this.listenPort;
  }

  async open(): Promise<void> {
    this.listenPort = await listenOnFreePort(this.server);
  }

  /** `refuse` really closes the port, so that the kernel refuses; every other mode has it open. */
  onRule(): void {
    const wanted = this.there.rule.mode !== 'refuse';
    if (wanted === this.server.listening) return;
    this.settling = this.settling.then(() => this.settle(wanted));
  }

  /** Resolves when the port is open or closed as the rule says. */
  settled(): Promise<void> {
    return this.settling;
  }

  close(): void {
    this.there.unwatch(this);
    this.server.close();
    for (const connection of [...this.connections]) connection.close(true);
    for (const socket of this.apart) socket.destroy();
  }

  private async settle(wanted: boolean): Promise<void> {
    if (wanted === this.server.listening) return;
    if (!wanted) {
      this.server.close();
      return;
    }
    this.server = this.createServer();
    await listenOnPort(this.server, this.listenPort);
  }

  private createServer(): Server {
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
  }

  private accept(socket: Socket): void {
    if (closesConnections(this.there.rule)) {
      this.there.traffic.reset += 1;
      socket.on('error', () => socket.destroy());
      socket.resetAndDestroy();
      return;
    }
    this.connections.add(
      new LinkConnection(socket, {
        there: this.there,
        back: this.back,
        targetPort: this.targetPort,
        sendApart: (request) => this.sendApart(request),
        onClosed: (connection) => this.connections.delete(connection),
      }),
    );
  }

  private sendApart(request: Buffer): void {
    const socket = connect({ port: this.targetPort(), host: '127.0.0.1' });
    this.apart.add(socket);
    const deadline = setTimeout(() => socket.destroy(), apartMs);
    socket.on('data', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(deadline);
      this.apart.delete(socket);
    });
    socket.write(request);
  }
}
