/** Messages to peers: batched, in order, bounded, and never sent again; and what comes back in their answers. */
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../harness/cluster/freePort.ts';
import { Peers } from '../../../nodes/host/peers.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import { eventually } from '../../eventually.ts';

const n1 = nodeId(1);
const n2 = nodeId(2);

/** A peer that notes what comes, and answers when it likes. */
class Listener {
  readonly batches: number[][] = [];
  readonly held: ServerResponse[] = [];
  isHolding = false;
  isBreaking = false;
  /** What the next answers carry. */
  body = '{"messages":[]}';
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (this.isBreaking) {
        request.socket.destroy();
        return;
      }
      const batch = JSON.parse(text) as { from: string; messages: number[] };
      assert.equal(batch.from, 'n1');
      this.batches.push(batch.messages);
      if (this.isHolding) this.held.push(response);
      else response.end(this.body);
    });
  });

  /** How many connections are open. */
  connections = 0;

  constructor() {
    this.server.on('connection', (socket) => {
      this.connections += 1;
      socket.on('close', () => (this.connections -= 1));
    });
  }

  async open(given?: number): Promise<string> {
    const port = given ?? (await freePort());
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${port}`;
  }

  get messages(): number[] {
    return this.batches.flat();
  }

  release(): void {
    this.isHolding = false;
    for (const response of this.held.splice(0)) response.end(this.body);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe('peers', () => {
  let listener: Listener;
  let peers: Peers<number | string>;
  let heard: string[];

  beforeEach(async () => {
    listener = new Listener();
    heard = [];
    peers = new Peers(n1, { [n2]: await listener.open() }, (from, messages) => {
      if (messages.includes('nonsense')) return false;
      heard.push(...messages.map((message) => `${from} ${String(message)}`));
      return true;
    });
  });
  afterEach(() => {
    peers.stop();
    listener.close();
  });

  const send = (from: number, to: number): void => {
    for (let message = from; message <= to; message++) peers.send(n2, message);
  };
  const numbers = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at);

  it('what is sent together shares a request, and arrives in order', async () => {
    send(1, 100);
    await eventually('all came', () => listener.messages.length === 100);
    assert.deepEqual(listener.batches, [numbers(1, 100)]);
  });

  it('what is sent while a request is under way shares the next one', async () => {
    listener.isHolding = true;
    const startMs = performance.now();
    send(1, 1);
    await eventually('the first came', () => listener.batches.length === 1);
    send(2, 3);
    await sleep(5);
    send(4, 5);
    listener.release();
    const tookMs = performance.now() - startMs;
    await eventually('all came', () => listener.messages.length === 5);
    assert.deepEqual(listener.messages, numbers(1, 5));
    // A request that has no answer for 50 ms holds up nothing any more, as may happen on a busy machine.
    if (tookMs < 50) assert.deepEqual(listener.batches, [[1], [2, 3, 4, 5]]);
  });

  it('a large backlog is split into several requests', async () => {
    const count = 2500;
    send(1, count);
    await eventually('all came', () => listener.messages.length === count);
    assert.deepEqual(listener.messages, numbers(1, count));
    assert(listener.batches.length >= 3);
  });

  it('answers that never come do not stop the messages, and what was under way is not sent again', async () => {
    listener.isHolding = true;
    const count = 20;
    for (let message = 1; message <= count; message++) {
      send(message, message);
      await sleep(10);
    }
    await eventually('all came without an answer', () => listener.messages.length === count);
    listener.release();
    send(count + 1, count + 1);
    await eventually('the next came', () => listener.messages.includes(count + 1));
    await sleep(50);
    assert.deepEqual(listener.messages, numbers(1, count + 1));
  });

  it('gives up a request that stalls for long, and goes on by a new connection', async () => {
    listener.isHolding = true;
    send(1, 1);
    await eventually('it was given up', () => peers.counters.broken === 1);
    listener.isHolding = false;
    send(2, 2);
    await eventually('the next came', () => listener.messages.includes(2));
    assert.deepEqual(listener.messages, [1, 2]);
  });

  it('what broke with its connection is lost, and the next goes through', async () => {
    listener.isBreaking = true;
    send(1, 3);
    await eventually('it broke', () => peers.counters.broken === 1);
    listener.isBreaking = false;
    send(4, 4);
    await eventually('the next came', () => listener.messages.length > 0);
    assert.deepEqual(listener.messages, [4]);
  });

  it('a dead peer costs few attempts and bounded memory, and is found again at once', async () => {
    const { port } = new URL(peers.addresses()[n2] ?? '');
    listener.close();
    const startMs = performance.now();
    for (let round = 0; round < 20; round++) {
      send(1, 1000);
      await sleep(5);
    }
    const passedMs = performance.now() - startMs;
    const attempts = peers.counters.requests;
    assert(attempts <= 2 + passedMs / 20, `${attempts} attempts in ${passedMs} ms`);
    listener = new Listener();
    await listener.open(Number(port));
    await eventually('it was found', () => {
      send(-1, -1);
      return listener.messages.includes(-1);
    });
  });

  it('drops the oldest when too much is queued', async () => {
    listener.isHolding = true;
    send(0, 0);
    await eventually('the first came', () => listener.batches.length === 1);
    send(1, 10_005);
    assert.equal(peers.counters.dropped, 5);
    listener.release();
    await eventually('the last came', () => listener.messages.includes(10_005));
    assert.deepEqual(listener.messages, [0, ...numbers(6, 10_005)]);
  });

  it('bounds the queue by size, too', async () => {
    listener.isHolding = true;
    send(0, 0);
    await eventually('the first came', () => listener.batches.length === 1);
    for (let large = 0; large < 40; large++) peers.send(n2, 'x'.repeat(1024 * 1024));
    assert(peers.counters.dropped >= 24, `${peers.counters.dropped} dropped`);
  });

  it('what an answer says was said by the peer that was asked, once', async () => {
    listener.body = '{"from":"n3","messages":["a","é"]}';
    send(1, 1);
    await eventually('the answer came', () => heard.length > 0);
    listener.body = '{"messages":[]}';
    send(2, 2);
    await eventually('the next came', () => listener.messages.length === 2);
    await sleep(20);
    assert.deepEqual(heard, ['n2 a', 'n2 é']);
  });

  it('an answer that comes late is heard all the same', async () => {
    listener.isHolding = true;
    listener.body = '{"messages":["late"]}';
    send(1, 1);
    await eventually('the request came', () => listener.batches.length === 1);
    await sleep(80);
    listener.release();
    await eventually('the answer came', () => heard.length === 1);
    assert.deepEqual([heard, peers.counters.broken], [['n2 late'], 0]);
  });

  it('an answer that no peer gives counts as broken, and its connection is not used again', async () => {
    const senseless = ['{}', 'null', '[]', '{"messages":1}', '{"messages":[1', '{"messages":[2,"nonsense"]}'];
    for (const [at, body] of senseless.entries()) {
      listener.body = body;
      send(at, at);
      await eventually(`it came: ${body}`, () => peers.counters.broken === at + 1);
    }
    assert.deepEqual(heard, []);
  });

  it('what an answer took is not sent, and what was sent no answer takes', async () => {
    listener.isHolding = true;
    send(1, 1);
    await eventually('the first came', () => listener.batches.length === 1);
    send(2, 3);
    assert.deepEqual(peers.takeForAnswer(n2), ['2', '3']);
    assert.deepEqual(peers.takeForAnswer(n2), []);
    send(4, 4);
    listener.release();
    await eventually('the last came', () => listener.messages.includes(4));
    assert.deepEqual([listener.messages, peers.counters.answered], [[1, 4], 2]);
    assert.deepEqual(peers.takeForAnswer(nodeId(9)), []);
  });

  it('answers carry little; what is large goes by request', async () => {
    listener.isHolding = true;
    send(0, 0);
    await eventually('the first came', () => listener.batches.length === 1);
    const half = 'x'.repeat(5000);
    for (const message of [half, half, half + half]) peers.send(n2, message);
    assert.deepEqual(peers.takeForAnswer(n2), [JSON.stringify(half)]);
    assert.deepEqual(peers.takeForAnswer(n2), [JSON.stringify(half)]);
    assert.deepEqual(peers.takeForAnswer(n2), []);
    listener.release();
    await eventually('the large one came', () => listener.batches.length === 2);
  });

  it('a peer that moved is asked at its new address, and no connection to the old one is left', async () => {
    send(1, 1);
    await eventually('the first came', () => listener.messages.length === 1);
    const moved = new Listener();
    peers.setAddress(n2, await moved.open());
    await eventually('the old connection is closed', () => listener.connections === 0);
    send(2, 2);
    await eventually('the second came', () => moved.messages.length === 1);
    moved.close();
    assert.deepEqual(listener.messages, [1]);
  });

  it('a message without an address is dropped, until there is one', async () => {
    peers.send(nodeId(9), 1);
    assert.equal(peers.counters.dropped, 1);
    peers.setAddress(nodeId(9), peers.addresses()[n2] ?? '');
    peers.send(nodeId(9), 2);
    await eventually('it came', () => listener.messages.length === 1);
    assert.deepEqual(listener.messages, [2]);
  });
});
