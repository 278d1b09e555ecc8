import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { freePort, listenOnFreePort } from '../../../harness/cluster/freePort.ts';
import { HttpClient, type Endpoint } from '../../../harness/cluster/httpClient.ts';
import type { WireRequest } from '../../../nodes/kernel/wire.ts';

const read: WireRequest = { method: 'GET', path: '/get/k' };
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"v":1}';

describe('the client', () => {
  let server: Server;
  let endpoint: Endpoint;
  let client: HttpClient;
  let onRequest: (text: string, socket: Socket) => void;
  let connections: number;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    connections = 0;
    onRequest = (_, socket) => socket.write(ok);
    server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => onRequest(chunk.toString(), socket));
    });
    endpoint = { host: '127.0.0.1', port: await listenOnFreePort(server) };
    client = new HttpClient();
  });
  afterEach(() => {
    client.close();
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  const send = (request: WireRequest = read, timeoutMs = 60_000): ReturnType<HttpClient['send']> =>
    client.send(endpoint, request, timeoutMs);

  it('sends what it is given: method, path, request id, body', async () => {
    const seen: string[] = [];
    onRequest = (text, socket) => {
      seen.push(text);
      socket.write(ok);
    };
    await send({ method: 'POST', path: '/put', requestId: '3/7', body: { key: 'k', value: 'ü' } });
    await send({ method: 'POST', path: '/reset' });
    await send(read);
    const { port } = endpoint;
    assert.deepEqual(seen, [
      `POST /put HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nRequest-Id: 3/7\r\nContent-Type: application/json\r\n` +
        `Content-Length: 24\r\n\r\n{"key":"k","value":"ü"}`,
      `POST /reset HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n`,
      `GET /get/k HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    ]);
  });

  it('takes nothing for JSON that could not be written again: values nested without end, numbers without bounds', async () => {
    const depth = 100_000;
    for (const body of ['['.repeat(depth) + ']'.repeat(depth), '{"v":1e999}']) {
      onRequest = (_, socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      assert.deepEqual(await send(), { kind: 'answer', status: 200, body: undefined });
    }
  });

  it('answers with status and body, and uses its connections again', async () => {
    for (let count = 0; count < 5; count++)
      assert.deepEqual(await send(), { kind: 'answer', status: 200, body: { v: 1 } });
    assert.equal(connections, 1);
  });

  it('has as many connections as requests at a time', async () => {
    await Promise.all([send(), send(), send()]);
    await Promise.all([send(), send(), send()]);
    assert.equal(connections, 3);
  });

  it('has no body for an answer that is not JSON', async () => {
    onRequest = (_, socket) => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n<ht>');
    assert.deepEqual(await send(), { kind: 'answer', status: 404, body: undefined });
  });

  it('says refused when the connection was refused: nothing left', async () => {
    endpoint = { host: '127.0.0.1', port: await freePort() };
    assert.deepEqual(await send(), { kind: 'refused' });
  });

  it('says broken when a fresh connection ends before the answer', async () => {
    onRequest = (_, socket) => socket.resetAndDestroy();
    assert.equal((await send()).kind, 'broken');
    onRequest = (_, socket) => socket.end();
    assert.equal((await send()).kind, 'broken');
  });

  it('says broken when a connection that was used before breaks: the request may have left', async () => {
    await send();
    onRequest = (_, socket) => socket.resetAndDestroy();
    assert.equal((await send()).kind, 'broken');
  });

  it('says broken for an answer that is cut short or is not HTTP', async () => {
    onRequest = (_, socket) => socket.end(ok.slice(0, -2));
    assert.equal((await send()).kind, 'broken');
    onRequest = (_, socket) => socket.write('nonsense\r\n\r\n');
    assert.equal((await send()).kind, 'broken');
  });

  it('says timeout after the timeout, and never takes the late answer for the next one', async () => {
    let late: Socket | undefined;
    onRequest = (_, socket) => (late = socket);
    const startedMs = performance.now();
    assert.deepEqual(await send(read, 60), { kind: 'timeout' });
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs >= 55, `${tookMs} ms`);
    onRequest = (_, socket) => socket.write('HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}');
    late?.write(ok);
    assert.deepEqual(await send(), { kind: 'answer', status: 201, body: {} });
    assert.equal(connections, 2);
  });

  it('opens a new connection after the node has closed the idle one', async () => {
    await send();
    const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of sockets) socket.end();
    await Promise.all(closed);
    assert.equal((await send()).kind, 'answer');
    assert.equal(connections, 2);
  });

  it('does not use a connection again on which the node said what nobody asked', async () => {
    onRequest = (_, socket) => socket.write(ok + ok);
    assert.equal((await send()).kind, 'answer');
    onRequest = (_, socket) => socket.write('HTTP/1.1 503 X\r\nContent-Length: 2\r\n\r\n{}');
    assert.deepEqual(await send(), { kind: 'answer', status: 503, body: {} });
  });

  it('ends requests in flight when it is closed', async () => {
    onRequest = () => undefined;
    const open = send();
    client.close();
    assert.equal((await open).kind, 'broken');
  });
});
