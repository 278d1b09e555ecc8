/**
 * One port for both protocols. Every HTTP/2 connection opens with the same words (RFC 9113, §3.4), no HTTP/1 request
 * begins like them; so the first bytes tell who is to have it. Peers and whoever looks at the status go on speaking HTTP,
 * and a node still has one address.
 */
import { createServer, type Socket } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import type { Door } from '../door.ts';
import type { Handle } from '../http.ts';
import { createGrpcServer, credentials, type Served } from './server.ts';

/** "PRI * HTTP/2.0"; no method of HTTP/1 begins with these three. */
const opening = Buffer.from('PRI');
/** How long answers may take to leave when a node ends. */
const endMs = 500;

export function grpcDoor(http: HttpServer, model: Served, handle: Handle): Door {
  const grpc = createGrpcServer(model, handle);
  const injector = grpc.createConnectionInjector(credentials);
  const sockets = new Set<Socket>();
  const listener = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    whenOpened(socket, (isHttp2) => {
      if (isHttp2) injector.injectConnection(socket);
      else http.emit('connection', socket);
    });
  });
  const destroy = (): void => {
    listener.close();
    grpc.forceShutdown();
    for (const socket of sockets) socket.destroy();
  };
  const end = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, endMs)));
    await Promise.race([late, new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()))]);
    clearTimeout(timer);
    destroy();
  };
  return { listener, end, destroy };
}

/** Waits for the first bytes, and leaves them where they are. */
function whenOpened(socket: Socket, decide: (isHttp2: boolean) => void): void {
  const give = (): void => {
    socket.destroy();
  };
  const onReadable = (): void => {
    const first = socket.read(opening.length) as Buffer | null;
    if (first === null) return;
    socket.off('readable', onReadable);
    socket.off('end', give);
    socket.unshift(first);
    decide(first.equals(opening));
  };
  socket.on('readable', onReadable);
  // Whoever ends, or breaks, before it has said anything wants nothing.
  socket.on('end', give);
  socket.on('error', give);
}
