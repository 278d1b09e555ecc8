/**
 * The harness's gRPC client. It speaks HTTP/2 by `node:http2` instead of a library of gRPC: those connect, wait and try
 * again on their own account, and what is left of that at the end does not tell a request that never left from one that
 * may have arrived. Here a connection is opened when it is needed, a call is sent once, and whatever ends it is seen.
 *
 * A request names the method as its path, `/ordeal.KeyValue/Read`, and its body says the fields of the message. Whatever
 * is no method (changes of members) goes over HTTP, which nodes speak at the same port.
 */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { fieldsOf, messageOf, NotJson, type Fields } from '../../nodes/host/grpc/messages.ts';
import { answerOf, statuses } from '../../nodes/host/grpc/statuses.ts';
import { loadService, type ServiceDefinition } from '../../nodes/host/kvProto.ts';
import { unkeepable } from '../../nodes/host/jsonBounds.ts';
import type { WireRequest } from '../../nodes/kernel/wire.ts';
import type { WireOutcome } from '../world.ts';
import { answerBytesMax } from './answerParser.ts';
import { HttpClient, type Endpoint } from './httpClient.ts';
import type { NodeClient } from './nodeClient.ts';

type Method = ServiceDefinition[keyof ServiceDefinition];

/** Before every message: whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const prefixBytes = 5;
/** A server of HTTP/1.1 refuses the first bytes of HTTP/2 in its own way. */
const otherProtocol = 'it answered, but not in HTTP/2, which gRPC is spoken over';

export class GrpcClient implements NodeClient {
  private readonly methods: ReadonlyMap<string, Method>;
  private readonly connections = new Map<string, Connection>();
  private readonly http = new HttpClient();

  constructor() {
    this.methods = new Map(Object.values(loadService()).map((method) => [method.path, method]));
  }

  /** One connection to a node carries all its calls. */
  send(endpoint: Endpoint, request: WireRequest, timeoutMs: number): Promise<WireOutcome> {
    const method = this.methods.get(request.path);
    if (method === undefined) return this.http.send(endpoint, request, timeoutMs);
    return this.connectionTo(endpoint).call(method, request, timeoutMs);
  }

  close(): void {
    for (const connection of [...this.connections.values()]) connection.close();
    this.http.close();
  }

  private connectionTo({ host, port }: Endpoint): Connection {
    const key = `${host}:${port}`;
    const open = this.connections.get(key);
    if (open?.isUsable === true) return open;
    const connection: Connection = new Connection(`http://${key}`, () => {
      if (this.connections.get(key) === connection) this.connections.delete(key);
    });
    this.connections.set(key, connection);
    return connection;
  }
}

class Connection {
  private readonly session: ClientHttp2Session;
  private hasStood = false;
  /** Whether the node has begun to speak HTTP/2: that begins with its settings. */
  private speaksHttp2 = false;
  private error: string | null = null;

  constructor(url: string, onClosed: () => void) {
    this.session = connect(url);
    this.session.on('connect', () => (this.hasStood = true));
    this.session.on('remoteSettings', () => (this.speaksHttp2 = true));
    this.session.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code ?? error.message));
    this.session.on('close', onClosed);
  }

  /** A node that is about to end says so, and takes no more calls here. */
  get isUsable(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  close(): void {
    this.session.destroy();
  }

  call(method: Method, request: WireRequest, timeoutMs: number): Promise<WireOutcome> {
    return new Promise((resolve) => {
      const stream = this.session.request(headersOf(request, timeoutMs), { endStream: false });
      const call = new Call(stream, method, {
        // What happens before the connection stands has certainly not reached the node.
        lost: (why, error) => (this.hasStood ? this.broken(why, error) : { kind: 'refused' }),
        resolve,
      });
      call.start(request, timeoutMs);
    });
  }

  /** The error of a stream comes before that of its connection, which is the same. */
  private broken(why: string, error: string | undefined): WireOutcome {
    const isOther = !this.speaksHttp2 && error === 'ERR_HTTP2_ERROR';
    return { kind: 'broken', why: isOther ? otherProtocol : (this.error ?? why) };
  }
}

interface CallEvents {
  /** How a call ended whose connection is gone. */
  readonly lost: (why: string, error: string | undefined) => WireOutcome;
  readonly resolve: (outcome: WireOutcome) => void;
}

type Headers = Readonly<Record<string, unknown>>;

/** One call: a message out, at most one back, and a status in the trailers, or in the headers if nothing came before. */
class Call {
  private readonly stream: ClientHttp2Stream;
  private readonly method: Method;
  private readonly events: CallEvents;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private head: Headers = {};
  private trailers: Headers | null = null;
  private error: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(stream: ClientHttp2Stream, method: Method, events: CallEvents) {
    this.stream = stream;
    this.method = method;
    this.events = events;
  }

  start({ body }: WireRequest, timeoutMs: number): void {
    const { stream } = this;
    this.timer = setTimeout(() => this.give({ kind: 'timeout' }), timeoutMs);
    stream.on('response', (headers) => (this.head = headers));
    stream.on('trailers', (headers: Headers) => (this.trailers = headers));
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code));
    stream.on('close', () => this.finish(this.outcome()));
    stream.end(framed(this.method.requestSerialize(messageOf((body ?? {}) as Fields))));
  }

  private onData(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= answerBytesMax) this.chunks.push(chunk);
    else this.give({ kind: 'broken', why: `more than ${answerBytesMax} bytes` });
  }

  /** Ends the call before the node does. */
  private give(outcome: WireOutcome): void {
    this.finish(outcome);
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  private finish(outcome: WireOutcome): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.events.resolve(outcome);
  }

  /** What the node said until the stream was closed. */
  private outcome(): WireOutcome {
    const { head, stream } = this;
    const trailers: Headers = this.trailers ?? head;
    const status = numberOf(trailers['grpc-status']);
    if (status === null) {
      // By this code a server promises that it has not looked at the request (RFC 9113 §8.7).
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return { kind: 'refused' };
      const http = head[':status'];
      return http === undefined || http === 200
        ? this.events.lost(`the stream was closed without a status (code ${stream.rstCode})`, this.error)
        : { kind: 'broken', why: `HTTP ${textOf(http)} is no answer of gRPC` };
    }
    return status === statuses.OK ? this.success() : refusal(status, trailers);
  }

  private success(): WireOutcome {
    try {
      const message = unframed(Buffer.concat(this.chunks));
      const fields = fieldsOf(this.method.responseDeserialize(message));
      const reason = unkeepable(fields);
      return reason === null
        ? { kind: 'answer', status: 200, body: fields }
        : { kind: 'broken', why: reason };
    } catch (error) {
      const why =
        error instanceof NotJson || error instanceof BadFrame ? error.message : 'a malformed message';
      return { kind: 'broken', why };
    }
  }
}

/** A status other than OK, and what its trailers say. */
function refusal(status: number, trailers: Headers): WireOutcome {
  const { code, leader, context, session } = trailers;
  // A deadline that the node counted itself, or a library for it: as if nothing had come.
  if (status === statuses.DEADLINE_EXCEEDED && code === undefined) return { kind: 'timeout' };
  const told = Object.entries({ code, leader, context, session }).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const message = decoded(textOf(trailers['grpc-message'] ?? ''));
  return { kind: 'answer', ...answerOf({ status, message, trailers: Object.fromEntries(told) }) };
}

function headersOf({ path, requestId }: WireRequest, timeoutMs: number): Record<string, string> {
  return {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
    'grpc-accept-encoding': 'identity',
    ...(requestId !== undefined && { 'request-id': requestId }),
  };
}

class BadFrame extends Error {
  override name = 'BadFrame';
}

function framed(message: Buffer): Buffer {
  const frame = Buffer.alloc(prefixBytes + message.length);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, prefixBytes);
  return frame;
}

/** The one message of an answer. */
function unframed(bytes: Buffer): Buffer {
  if (bytes.length < prefixBytes) throw new BadFrame('OK without a message');
  if (bytes[0] !== 0) throw new BadFrame('a compressed message, which nobody had asked for');
  if (bytes.readUInt32BE(1) !== bytes.length - prefixBytes)
    throw new BadFrame('a message that is longer or shorter than it says, or more than one');
  return bytes.subarray(prefixBytes);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Status messages are percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
