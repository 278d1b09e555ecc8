import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { GrpcClient } from '../../../harness/cluster/grpcClient.ts';
import type { Endpoint } from '../../../harness/cluster/httpClient.ts';
import { meaningOf } from '../../../harness/meaning.ts';
import { keyValueProfile } from '../../../harness/profiles/keyValue.ts';
import { overGrpc } from '../../../harness/profiles/grpc.ts';
import type { WireOutcome } from '../../../harness/world.ts';
import { loadService } from '../../../nodes/host/kvProto.ts';
import { rpcPath } from '../../../nodes/kernel/transport.ts';
import type { WireRequest } from '../../../nodes/kernel/wire.ts';

const { Read, Write } = loadService();
const write: WireRequest = { method: 'POST', path: rpcPath('Write'), body: { key: 'k', value: 1 } };
const read: WireRequest = { method: 'POST', path: rpcPath('Read'), body: { key: 'k' } };
const timeoutMs = 60_000;

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

type OnCall = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, message: Buffer) => void;

describe('the gRPC client', () => {
  const servers = new Set<{ close(): void }>();
  const sessions = new Set<ServerHttp2Session>();
  let client: GrpcClient;
  beforeEach(() => (client = new GrpcClient()));
  afterEach(() => {
    client.close();
    for (const session of sessions) session.destroy();
    for (const server of servers) server.close();
    servers.clear();
    sessions.clear();
  });

  const listening = (server: Server): Promise<Endpoint> => {
    servers.add(server);
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () =>
        resolve({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }),
      ),
    );
  };
  /** A server that has read the whole request when it is asked what to do. */
  const serve = (onCall: OnCall): Promise<Endpoint> => {
    const server = createServer();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => onCall(stream, headers, Buffer.concat(chunks)));
    });
    return listening(server);
  };
  /** Answers with these bytes, and this status in the trailers. */
  const answering =
    (bytes: Buffer, trailers: Record<string, string> = { 'grpc-status': '0' }): OnCall =>
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end(bytes);
    };
  /** A status alone, in the headers. */
  const refusing =
    (trailers: Record<string, string>): OnCall =>
    (stream) =>
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', ...trailers },
        { endStream: true },
      );
  const outcomeOf = async (onCall: OnCall, request = write): Promise<WireOutcome> =>
    client.send(await serve(onCall), request, timeoutMs);

  it('sends over HTTP what is no method of the service', async () => {
    const endpoint = await listening(
      createHttpServer((request, response) => response.end(JSON.stringify({ asked: request.url }))),
    );
    const change: WireRequest = { method: 'POST', path: '/members/add', body: { node: 'n6' } };
    const body = { asked: '/members/add' };
    assert.deepEqual(await client.send(endpoint, change, timeoutMs), { kind: 'answer', status: 200, body });
  });

  it('asks as the protocol says, and finds the fields of the answer', async () => {
    let asked: IncomingHttpHeaders = {};
    let message: unknown;
    const endpoint = await serve((stream, headers, bytes) => {
      asked = headers;
      message = Write.requestDeserialize(bytes.subarray(5));
      answering(framed(Write.responseSerialize({ context: '{"1":1}' })))(stream, headers, bytes);
    });
    const outcome = await client.send(endpoint, { ...write, requestId: '3/7' }, 1234);
    assert.deepEqual(outcome, { kind: 'answer', status: 200, body: { context: '{"1":1}' } });
    assert.deepEqual(message, { key: 'k', value: '1', level: '', context: '', session: '' });
    const { te, 'grpc-timeout': deadline, 'content-type': type, 'request-id': id } = asked;
    assert.deepEqual(
      { path: asked[':path'], te, deadline, type, id },
      {
        path: '/ordeal.KeyValue/Write',
        te: 'trailers',
        deadline: '1234m',
        type: 'application/grpc',
        id: '3/7',
      },
    );
  });

  it('carries many calls at once over one connection', async () => {
    const endpoint = await serve((stream, _, bytes) => {
      const { key } = Read.requestDeserialize(bytes.subarray(5)) as { key: string };
      answering(framed(Read.responseSerialize({ value: JSON.stringify(key) })))(stream, {}, bytes);
    });
    const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
    const outcomes = await Promise.all(
      keys.map((key) => client.send(endpoint, { ...read, body: { key } }, timeoutMs)),
    );
    assert.deepEqual(
      outcomes,
      keys.map((key) => ({ kind: 'answer', status: 200, body: { value: key } })),
    );
    assert.equal(sessions.size, 1);
  });

  it('tells a status with what its trailers say, wherever it stands', async () => {
    const trailers = {
      'grpc-status': '14',
      'grpc-message': 'not%20the%20leader%3B %C3%A9',
      code: '11',
      leader: 'n2',
    };
    const expected = {
      kind: 'answer',
      status: 421,
      body: { error: 'UNAVAILABLE: not the leader; é', code: 11, leader: 'n2' },
    };
    assert.deepEqual(await outcomeOf(refusing(trailers)), expected);
    assert.deepEqual(await outcomeOf(answering(Buffer.alloc(0), trailers)), expected);
    const broken = { 'grpc-status': '3', 'grpc-message': '%zz' };
    assert.deepEqual(await outcomeOf(refusing(broken)), {
      kind: 'answer',
      status: 400,
      body: { error: 'INVALID_ARGUMENT: %zz' },
    });
  });

  it('calls refused what certainly did not arrive: no connection, or a stream that the server did not look at', async () => {
    const endpoint = await serve(() => undefined);
    for (const server of servers) server.close();
    assert.deepEqual(await client.send(endpoint, write, timeoutMs), { kind: 'refused' });
    const refuse: OnCall = (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM);
    assert.deepEqual(await outcomeOf(refuse), { kind: 'refused' });
  });

  it('finds a node again that was away', async () => {
    const endpoint = await serve(answering(framed(Buffer.alloc(0))));
    assert.equal((await client.send(endpoint, write, timeoutMs)).kind, 'answer');
    for (const server of servers) server.close();
    for (const session of sessions) session.destroy();
    const away = await client.send(endpoint, write, timeoutMs);
    assert.ok(away.kind === 'broken' || away.kind === 'refused', away.kind);
    assert.deepEqual(await client.send(endpoint, write, timeoutMs), { kind: 'refused' });
    const back = createServer();
    back.on('session', (session) => sessions.add(session));
    back.on('stream', (stream) => answering(framed(Buffer.alloc(0)))(stream, {}, Buffer.alloc(0)));
    servers.add(back);
    await new Promise<void>((resolve) => back.listen(endpoint.port, endpoint.host, () => resolve()));
    assert.equal((await client.send(endpoint, write, timeoutMs)).kind, 'answer');
  });

  it('opens another connection to a node that takes no more calls on this one', async () => {
    const endpoint = await serve(answering(framed(Buffer.alloc(0))));
    assert.equal((await client.send(endpoint, write, timeoutMs)).kind, 'answer');
    const [session] = sessions;
    assert(session !== undefined);
    const closed = new Promise<void>((resolve) => session.on('close', () => resolve()));
    session.close();
    await closed;
    assert.equal((await client.send(endpoint, write, timeoutMs)).kind, 'answer');
  });

  it('calls everything else unclear that ends after the request may have left', async () => {
    const big = framed(Buffer.alloc(5 * 1024 * 1024));
    const compressed = framed(Buffer.alloc(0));
    compressed[0] = 1;
    const cases: readonly [string, OnCall, RegExp][] = [
      ['the connection breaks', (stream) => stream.session?.destroy(), /./],
      ['the stream is reset', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR), /without a status/],
      ['no status', answering(framed(Buffer.alloc(0)), {}), /without a status/],
      ['a status that is no number', refusing({ 'grpc-status': 'fine' }), /without a status/],
      ['OK without a message', answering(Buffer.alloc(0)), /OK without a message/],
      ['OK in the headers alone', refusing({ 'grpc-status': '0' }), /OK without a message/],
      [
        'two messages',
        answering(Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))])),
        /more than one/,
      ],
      ['half a message', answering(framed(Buffer.alloc(9)).subarray(0, 9)), /shorter than it says/],
      ['a compressed message', answering(compressed), /compressed/],
      ['bytes that are no message', answering(framed(Buffer.from([0xff, 0xff]))), /malformed message/],
      ['too much of it', answering(big), /more than \d+ bytes/],
      ['an answer of HTTP', (stream) => stream.respond({ ':status': 502 }, { endStream: true }), /HTTP 502/],
    ];
    for (const [name, onCall, why] of cases) {
      const outcome = await outcomeOf(onCall);
      assert(outcome.kind === 'broken', `${name}: ${JSON.stringify(outcome)}`);
      assert.match(outcome.why, why, name);
    }
  });

  it('calls an answer unclear whose values are no JSON, or nested without end', async () => {
    for (const value of ['{a:1}', `${'['.repeat(5000)}${']'.repeat(5000)}`, '1e999']) {
      const outcome = await outcomeOf(answering(framed(Read.responseSerialize({ value }))), read);
      assert.equal(outcome.kind, 'broken', value.slice(0, 10));
    }
  });

  it('gives up in time, and says so to the server', async () => {
    const cancelled = deferred();
    let isReached = false;
    const endpoint = await serve((stream) => {
      isReached = true;
      stream.on('close', () => cancelled.resolve(stream.rstCode ?? -1));
    });
    // On a busy machine it may take long until the server hears anything.
    for (const briefMs of [50, 500, 5_000, 50_000]) {
      assert.deepEqual(await client.send(endpoint, write, briefMs), { kind: 'timeout' });
      if (isReached) break;
    }
    assert.equal(await cancelled.promise, constants.NGHTTP2_CANCEL);
    assert.deepEqual(await outcomeOf(refusing({ 'grpc-status': '4' })), { kind: 'timeout' });
  });

  it('is not impressed by servers of other protocols', async () => {
    const http = await listening(createHttpServer((_, response) => response.end('{}')));
    const tcp = await listening(
      createTcpServer((socket) => socket.on('error', () => undefined).end('hello\r\n')),
    );
    assert.deepEqual(await client.send(http, write, timeoutMs), {
      kind: 'broken',
      why: 'it answered, but not in HTTP/2, which gRPC is spoken over',
    });
    const outcome = await client.send(tcp, write, timeoutMs);
    assert.equal(outcome.kind, 'broken', JSON.stringify(outcome));
  });

  it('ends what is under way when it is closed', async () => {
    const reached = deferred();
    const endpoint = await serve(() => reached.resolve(0));
    const outcome = client.send(endpoint, write, timeoutMs);
    await reached.promise;
    client.close();
    assert.equal((await outcome).kind, 'broken');
  });

  it('with a bare status of a simple server means what kv.proto says', async () => {
    const profile = overGrpc(keyValueProfile);
    const promises: readonly [status: number, read: string, write: string, cas: string][] = [
      [1, 'unclear', 'unclear', 'unclear'],
      [2, 'unclear', 'unclear', 'unclear'],
      [3, 'refused', 'refused', 'refused'],
      [4, 'unclear', 'unclear', 'unclear'],
      [5, 'ok', 'unclear', 'refused'],
      [6, 'unclear', 'unclear', 'refused'],
      [7, 'refused', 'refused', 'refused'],
      [8, 'unclear', 'unclear', 'unclear'],
      [9, 'unclear', 'unclear', 'refused'],
      [10, 'unclear', 'unclear', 'refused'],
      [11, 'refused', 'refused', 'refused'],
      [12, 'refused', 'refused', 'refused'],
      [13, 'unclear', 'unclear', 'unclear'],
      [14, 'unclear', 'unclear', 'unclear'],
      [15, 'unclear', 'unclear', 'unclear'],
      [16, 'unclear', 'unclear', 'unclear'],
      [77, 'unclear', 'unclear', 'unclear'],
    ];
    for (const [status, ...expected] of promises) {
      const outcome = await outcomeOf(refusing({ 'grpc-status': String(status) }));
      const words = [
        meaningOf(profile, { kind: 'read', key: 'k' }, outcome).kind,
        meaningOf(profile, { kind: 'write', key: 'k', value: 1 }, outcome).kind,
        meaningOf(profile, { kind: 'cas', key: 'k', from: 1, to: 2 }, outcome).kind,
      ];
      assert.deepEqual(words, expected, `status ${status}`);
    }
  });
});

interface Deferred {
  readonly promise: Promise<number>;
  resolve(value: number): void;
}

function deferred(): Deferred {
  let resolve: (value: number) => void = () => undefined;
  const promise = new Promise<number>((given) => (resolve = given));
  return { promise, resolve: (value) => resolve(value) };
}
