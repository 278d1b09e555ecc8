/** Answers to peers: they wait for the release, carry what is queued then, and are never held for long. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Exchange } from '../../../nodes/host/exchange.ts';
import { startNode } from '../../../nodes/host/node.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { eventually } from '../../eventually.ts';
import { createLawProbe, type LawProtocol } from './lawModel.ts';
import { MemoryDisk } from './memoryDisk.ts';

const n2 = nodeId(2);

interface Bench {
  readonly exchange: Exchange;
  readonly delivered: string[];
  /** What is queued for n2, as JSON. */
  readonly queue: string[];
  readonly answers: string[];
  /** Releases what was taken so far. */
  readonly release: () => void;
  /** A batch of n2 comes in; returns what happens when its connection breaks. */
  readonly take: (...messages: number[]) => () => void;
}

function createBench(): Bench {
  const delivered: string[] = [];
  const queue: string[] = [];
  const answers: string[] = [];
  const waiting: (() => void)[] = [];
  const exchange = new Exchange({
    deliver: (from, message) => delivered.push(`${from} ${String(message)}`),
    whenReleased: (callback) => waiting.push(callback),
    takeFor: (node) => (node === n2 ? queue.splice(0) : []),
  });
  const release = (): void => {
    for (const callback of waiting.splice(0)) callback();
  };
  const take = (...messages: number[]): (() => void) => {
    let gone = (): void => undefined;
    exchange.take(
      { from: n2, messages },
      (text) => answers.push(text),
      (callback) => (gone = callback),
    );
    return () => gone();
  };
  return { exchange, delivered, queue, answers, release, take };
}

describe('answers to peers', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = createBench();
  });
  afterEach(() => bench.exchange.stop());

  it('a batch is delivered at once, and answered at its release with what is queued then', () => {
    const { delivered, queue, answers, release, take } = bench;
    take(1, 2);
    assert.deepEqual([delivered, answers], [['n2 1', 'n2 2'], []]);
    queue.push('"a"', '"b"');
    release();
    assert.deepEqual([answers, queue], [['{"messages":["a","b"]}'], []]);
  });

  it('every request is answered once, also when nothing is queued', () => {
    const { queue, answers, release, take } = bench;
    take(1);
    take(2);
    queue.push('7');
    release();
    assert.deepEqual(answers, ['{"messages":[7]}', '{"messages":[]}']);
  });

  it('nothing is taken from the queue for a connection that is gone', () => {
    const { queue, answers, release, take } = bench;
    take(1)();
    queue.push('7');
    release();
    assert.deepEqual([queue, answers], [['7'], []]);
  });

  it('a node that releases nothing answers empty after 50 to 100 ms, and not again at the release', async () => {
    const { queue, answers, release, take } = bench;
    queue.push('7');
    take(1);
    const startMs = performance.now();
    await sleep(30);
    const early = [...answers];
    // A busy machine may sleep for longer.
    if (performance.now() - startMs < 50) assert.deepEqual(early, []);
    take(2);
    await eventually('both answers', () => answers.length === 2);
    assert(performance.now() - startMs >= 50);
    assert.deepEqual([answers, queue], [['{"messages":[]}', '{"messages":[]}'], ['7']]);
    release();
    assert.deepEqual([answers.length, queue], [2, ['7']]);
  });
});

/** Persists what it hears, and tells it back. */
function echoing(model: NodeModel<LawProtocol>): NodeModel<LawProtocol> {
  return {
    ...model,
    create: (init) => {
      const core = model.create(init);
      return {
        status: () => core.status(),
        step: (event, now) => {
          const effects = core.step(event, now);
          if (event.kind !== 'message') return effects;
          const { from, message } = event;
          return { ...effects, journal: [message.value], sends: [{ to: from, message }] };
        },
      };
    },
  };
}

describe('a node that a peer asks', () => {
  it('answers with what the batch caused, once it is durable, and sends that by no request', async () => {
    let requests = 0;
    const peer = createServer((_, response) => {
      requests += 1;
      response.end('{"messages":[]}');
    }).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const node = await startNode<LawProtocol>({
      model: echoing(createLawProbe().model),
      self: nodeId(1),
      port: 0,
      peers: { [n2]: `http://127.0.0.1:${(peer.address() as AddressInfo).port}` },
      disk: new MemoryDisk(),
      options: {},
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    const messages = ['x', 'y'].map((value) => ({ type: 'told', value }));
    const body = JSON.stringify({ from: 'n2', messages });
    const answer = await fetch(`http://127.0.0.1:${node.port}/peer`, { method: 'POST', body });
    assert.deepEqual(await answer.json(), { messages });
    assert.equal(node.journal.counters.records, 2);
    await sleep(20);
    node.drop();
    peer.close();
    assert.deepEqual([requests, node.peers.counters.answered], [0, 2]);
  });

  it('goes on when a peer answers with messages that no node sends, and hears none of them', async () => {
    let said: readonly unknown[] = [{ type: 'told', value: 'good' }, { type: 'told' }];
    const peer = createServer((_, response) => {
      response.end(JSON.stringify({ messages: said }));
    }).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const node = await startNode<LawProtocol>({
      model: createLawProbe().model,
      self: nodeId(1),
      port: 0,
      peers: { [n2]: `http://127.0.0.1:${(peer.address() as AddressInfo).port}` },
      disk: new MemoryDisk(),
      options: {},
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    const tell = (): unknown => node.host.request({ do: 'tell', to: n2, value: 'x' }, () => undefined);
    tell();
    await eventually('the answer was refused', () => node.peers.counters.broken === 1);
    said = said.slice(0, 1);
    tell();
    await eventually('the next one was heard', () => node.host.released?.heard.length === 1);
    assert.deepEqual([node.host.released?.heard, node.peers.counters.broken], [['good'], 1]);
    node.drop();
    peer.close();
  });
});
