/** The connection to a peer: it reads answers however they are cut, and gives up what is none. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { PeerConnection } from '../../../nodes/host/peerConnection.ts';

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length: 4\r\nX: y\r\n\r\n"é"';

describe('the connection to a peer', () => {
  let server: Server;
  let url: URL;
  let connection: PeerConnection;
  let closed: number;
  /** What the server does with each whole request. */
  let onRequest: (socket: Socket, text: string) => void;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => onRequest(socket, chunk.toString()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closed = 0;
    connection = new PeerConnection(url, () => (closed += 1));
  });
  afterEach(() => {
    connection.close();
    server.close();
  });

  const ask = (body = '{}'): Promise<string | null> =>
    new Promise((resolve) => connection.ask('/peer', body, resolve));

  it('asks in one piece, with the length in bytes, again and again on one connection', async () => {
    const texts: string[] = [];
    onRequest = (socket, text) => {
      texts.push(text);
      socket.write(answer);
    };
    assert.equal(await ask('"é€"'), '"é"');
    assert.equal(await ask('2'), '"é"');
    const head = `POST /peer HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n`;
    assert.deepEqual(texts, [`${head}Content-Length: 7\r\n\r\n"é€"`, `${head}Content-Length: 1\r\n\r\n2`]);
    assert.equal(closed, 0);
  });

  it('reads an answer that comes byte by byte', async () => {
    const trickle = async (socket: Socket): Promise<void> => {
      for (const byte of Buffer.from(answer)) {
        socket.write(Buffer.of(byte));
        await turn();
      }
    };
    onRequest = (socket) => void trickle(socket);
    assert.equal(await ask(), '"é"');
    assert.equal(closed, 0);
  });

  it('gives up, and closes, on whatever is not a whole 200 with a length', async () => {
    const refusals = [
      answer.replace('200 OK', '400 Bad Request'),
      answer.replace('Content-Length: 4', 'Transfer-Encoding: chunked'),
      answer.replace(': 4', ': 99999999'),
      answer.replace('HTTP', 'HTCPCP'),
      `${answer}more`,
      'x'.repeat(2 * 1024 * 1024),
    ];
    for (const [at, text] of refusals.entries()) {
      onRequest = (socket) => socket.write(text);
      assert.equal(await ask(), null, text.slice(0, 80));
      assert.equal(closed, at + 1);
      connection = new PeerConnection(url, () => (closed += 1));
    }
    onRequest = (socket) => socket.end(answer.slice(0, -1));
    assert.equal(await ask(), null);
  });

  it('closes on bytes that nobody asked for', async () => {
    const sockets: Socket[] = [];
    onRequest = (socket) => {
      sockets.push(socket);
      socket.write(answer);
    };
    assert.equal(await ask(), '"é"');
    sockets[0]?.write(answer);
    while (closed === 0) await turn();
  });

  it('ends a question once, by null, when it is closed or nobody listens', async () => {
    onRequest = () => connection.close();
    assert.equal(await ask(), null);
    server.close();
    const refused = new PeerConnection(url, () => undefined);
    assert.equal(await new Promise((resolve) => refused.ask('/peer', '{}', resolve)), null);
  });
});
