/**
 * Free ports on the loopback interface. They are taken below the range from which the kernel gives ports to outgoing
 * connections: a port in that range could be given to anyone's connection while its node is down, and the restarted
 * node would find it taken.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../exit.ts';

const host = '127.0.0.1';
const lowestPort = 10_240;
const attemptsMax = 50;
/** How long a port that was ours may stay taken before that is an error. */
const reopenMs = 2_000;

/** Makes `server` listen on a port that is free, and returns the port. */
export async function listenOnFreePort(server: Server): Promise<number> {
  const end = firstOutgoingPort();
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    // Where the kernel's range leaves no room, let the kernel choose.
    const port = end > lowestPort * 2 ? randomInt(lowestPort, end) : 0;
    if (await tryListen(server, port)) return portOf(server);
  }
  throw new HarnessError(
    `no free port was found in ${attemptsMax} attempts; close some programs that listen`,
  );
}

/** Makes `server` listen on this very port, waiting a moment for whoever may still have it. */
export async function listenOnPort(server: Server, port: number): Promise<void> {
  const deadline = performance.now() + reopenMs;
  while (!(await tryListen(server, port))) {
    if (performance.now() > deadline) throw new HarnessError(`port ${port} was taken by another program`);
    await sleep(10);
  }
}

/** A port that is free now. It is not reserved: whoever is told to listen there may still find it taken. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether nobody listens on this port now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  if (!(await tryListen(server, port))) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function tryListen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ port, host });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

let outgoing: number | undefined;

/** The lowest port of outgoing connections; 32768 where the system does not say. */
function firstOutgoingPort(): number {
  if (outgoing !== undefined) return outgoing;
  try {
    const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    outgoing = Number.parseInt(range, 10);
  } catch {
    outgoing = 32_768;
  }
  return outgoing;
}
