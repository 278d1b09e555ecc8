/** Messages as HTTP requests of their own, to servers of any kind: sent once, ended once, bounded. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Carrier } from '../../../nodes/host/carrier.ts';
import type { WireAnswer, WireRequest } from '../../../nodes/kernel/wire.ts';
import { eventually } from '../../eventually.ts';

const sync: WireRequest = { method: 'POST', path: '/sync?from=1', body: { é: 1 } };

describe('the carrier', () => {
  let server: Server;
  let origin: string;
  let carrier: Carrier;
  let sockets: number;
  let texts: string[];
  let answers: (WireAnswer | null)[];
  let onRequest: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    sockets = 0;
    texts = [];
    answers = [];
    onRequest = (_request, response) => response.end('{"status":"sync_received"}');
    server = createServer((request, response) => {
      let text = `${request.method} ${request.url} ${String(request.headers['request-id'] ?? '')} `;
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        texts.push(text);
        onRequest(request, response);
      });
    });
    server.on('connection', () => (sockets += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    carrier = new Carrier();
  });
  afterEach(() => {
    carrier.stop();
    server.close();
    server.closeAllConnections();
  });

  const ask = (request: WireRequest = sync, to = origin): void =>
    carrier.ask(to, request, (answer) => answers.push(answer));

  it('asks as the model says, again and again on one connection', async () => {
    ask();
    await eventually('the first is answered', () => answers.length === 1);
    ask({ method: 'GET', path: '/read_request/k%2F1', requestId: 'c/1' });
    await eventually('the second, too', () => answers.length === 2);
    assert.deepEqual(texts, ['POST /sync?from=1  {"é":1}', 'GET /read_request/k%2F1 c/1 ']);
    assert.deepEqual(answers[0], { status: 200, body: { status: 'sync_received' } });
    assert.equal(sockets, 1);
    assert.deepEqual(carrier.counters, { requests: 2, answered: 2, broken: 0, dropped: 0 });
  });

  it('takes the path as it is, dots and all', async () => {
    ask({ method: 'GET', path: '/get/..' });
    ask({ method: 'GET', path: '/get/%2E' });
    await eventually('both are answered', () => answers.length === 2);
    assert.deepEqual(texts.toSorted(), ['GET /get/%2E  ', 'GET /get/..  ']);
  });

  it('understands servers that send chunks, refuse, or close after each answer', async () => {
    onRequest = (_request, response) => {
      response.writeHead(404, { Connection: 'close', 'Content-Type': 'text/html' });
      response.write('{"error":');
      response.end('"no"}');
    };
    for (const at of [1, 2]) {
      ask();
      await eventually('it is answered', () => answers.length === at);
    }
    assert.deepEqual(answers[1], { status: 404, body: { error: 'no' } });
    assert.equal(sockets, 2);
  });

  it('has no answer where the body is not JSON, cannot be kept, or is endless', async () => {
    const bodies = ['<html>', '', '[1e999]', 'x'.repeat(3 * 1024 * 1024)];
    for (const [at, body] of bodies.entries()) {
      onRequest = (_request, response) => response.end(body);
      ask();
      await eventually(`it ended: ${body.slice(0, 20)}`, () => answers.length === at + 1);
    }
    assert.deepEqual(answers, [null, null, null, null]);
  });

  it('gives up what breaks or has no answer in time, and never sends it again', async () => {
    onRequest = (request) => request.socket.destroy();
    ask();
    await eventually('it broke', () => answers.length === 1);
    onRequest = () => undefined;
    ask();
    await eventually('it was given up', () => answers.length === 2);
    onRequest = (_request, response) => response.end('1');
    ask();
    await eventually('the next is answered', () => answers.length === 3);
    await sleep(50);
    assert.deepEqual(answers, [null, null, { status: 200, body: 1 }]);
    assert.equal(texts.length, 3);
    assert.deepEqual(carrier.counters, { requests: 3, answered: 1, broken: 2, dropped: 0 });
  });

  it('an answer that comes too late counts no second time', async () => {
    const late: ServerResponse[] = [];
    onRequest = (_request, response) => late.push(response);
    ask();
    await eventually('it was given up', () => answers.length === 1);
    for (const response of late) response.end('1');
    await sleep(50);
    assert.deepEqual(answers, [null]);
  });

  it('asks nobody where there is no address, and says so later, not at once', async () => {
    carrier.ask(undefined, sync, (answer) => answers.push(answer));
    assert.deepEqual(answers, []);
    await eventually('it ended', () => answers.length === 1);
    assert.deepEqual([answers, carrier.counters.dropped], [[null], 1]);
  });

  it('bounds what is open for each peer, and peers do not hold up each other', async () => {
    const held: ServerResponse[] = [];
    onRequest = (_request, response) => held.push(response);
    for (let count = 0; count < 20; count++) ask();
    await eventually('16 came, the rest is dropped', () => held.length === 16 && answers.length === 4);
    assert.deepEqual(carrier.counters, { requests: 16, answered: 0, broken: 0, dropped: 4 });
    ask(sync, 'http://127.0.0.1:1');
    await eventually('the other peer refused', () => answers.length === 5);
    for (const response of held) response.end('1');
    await eventually('all are answered', () => answers.length === 21);
    onRequest = (_request, response) => response.end('1');
    ask();
    await eventually('there is room again', () => answers.length === 22);
    assert.deepEqual(carrier.counters, { requests: 18, answered: 17, broken: 1, dropped: 4 });
  });

  it('tells nobody anything once it is stopped, and opens nothing', async () => {
    onRequest = () => undefined;
    for (let count = 0; count < 10; count++) ask();
    await eventually('they came', () => texts.length === 10);
    carrier.stop();
    ask();
    await sleep(100);
    assert.deepEqual([answers.length, texts.length, sockets], [0, 10, 10]);
  });
});
