/**
 * The HTTP server of a node. It is on the path of every operation, so each request costs one read, one JSON parse and
 * one write: answers go out whole, with their length, on connections that stay open.
 */
import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { malformed, type Incoming, type Refusal } from './clientApi.ts';

/** An answer, or the JSON text of one with status 200: whoever has the text already saves a walk through it. */
export type Outgoing = Refusal | string;

/** Answers one request. `respond` is called at most once; `onGone` registers what to do if the client goes first. */
export type Handle = (
  incoming: Incoming,
  respond: (outgoing: Outgoing) => void,
  onGone: (gone: () => void) => void,
) => void;

/** How many bytes a body may have: peers send whole batches, clients one request. */
export const bodyBytesMax = { client: 1024 * 1024, peer: 256 * 1024 * 1024 } as const;

/** A server that is not listening yet. `isForPeers` tells the paths by which peers send what they have to say. */
export function createHttpServer(handle: Handle, isForPeers: (path: string) => boolean): Server {
  const server = createServer({ noDelay: true, keepAlive: true }, (request, response) =>
    onRequest(request, response, handle, bodyBytesMax[isForPeers(request.url ?? '') ? 'peer' : 'client']),
  );
  // A client must never find its idle connection closed under its next request: it could not know the outcome. And a
  // node that was paused must not punish its clients for that time.
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

function onRequest(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
  bytesMax: number,
): void {
  const { method = '', url: path = '', headers } = request;
  const requestId = headers['request-id'] as string | undefined;
  const gone: (() => void)[] = [];
  response.on('close', () => {
    if (!response.writableFinished) for (const callback of gone) callback();
  });
  const proceed = (body: string): void =>
    handle(
      { method, path, requestId, body },
      (outgoing) => respond(response, outgoing),
      (callback) => gone.push(callback),
    );
  if (method === 'GET') proceed('');
  else readBody(request, bytesMax, proceed, response);
}

/** Collects the body; one that is too large is read to its end, so that the client gets to read the refusal. */
function readBody(
  request: IncomingMessage,
  bytesMax: number,
  proceed: (body: string) => void,
  response: ServerResponse,
): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
    else chunks = [];
  });
  request.on('end', () => {
    if (bytes > bytesMax) {
      respond(response, malformed([`the body has ${bytes} bytes; at most ${bytesMax} are taken`], 413));
      return;
    }
    const [first] = chunks;
    const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
    // Read as text, all broken bytes look alike: two keys of a client would become one.
    if (isUtf8(whole)) proceed(whole.toString());
    else respond(response, malformed(['the body is not UTF-8']));
  });
}

function respond(response: ServerResponse, outgoing: Outgoing): void {
  if (response.destroyed) return;
  const isText = typeof outgoing === 'string';
  const text = isText ? outgoing : JSON.stringify(outgoing.answer.body);
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(text))];
  if (!isText && outgoing.allow !== undefined) headers.push('Allow', outgoing.allow.join(', '));
  response.sendDate = false;
  response.writeHead(isText ? 200 : outgoing.answer.status, headers);
  response.end(text);
}
