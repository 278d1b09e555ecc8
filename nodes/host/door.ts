/** What a node listens with: a server for HTTP alone, or one port for HTTP and gRPC (grpc/door.ts). */
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

export interface Door {
  /** Not listening yet. */
  readonly listener: Server;
  /** Takes nothing more; resolves when the last answers are on their way, and all connections are closed. */
  end(): Promise<void>;
  /** Closes all connections at once, as a crash does. */
  destroy(): void;
}

export function httpDoor(server: HttpServer): Door {
  const destroy = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return {
    listener: server,
    end: () => {
      destroy();
      return Promise.resolve();
    },
    destroy,
  };
}
