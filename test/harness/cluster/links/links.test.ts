import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { listenOnFreePort } from '../../../../harness/cluster/freePort.ts';
import { openLink, type LinkRule } from '../../../../harness/world.ts';
import { eventually } from '../../../eventually.ts';
import { a, b, httpAnswer, httpRequest, LinkBench, RecordingServer } from './linkBench.ts';

/** Long enough to show that something does not happen; nothing depends on it being exact. */
const quietly = (ms = 40): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('links', () => {
  let bench: LinkBench;

  beforeEach(async () => {
    bench = await new LinkBench().open();
  });
  afterEach(() => bench.close());

  it('pass requests and answers, and count both in their own direction', async () => {
    const client = bench.client();
    client.post('one');
    client.post('two');
    await eventually('both answers', () => client.answers().length === 2);
    assert.deepEqual(client.answers(), ['one', 'two']);
    assert.equal(bench.traffic(a).passed, 2);
    assert.equal(bench.traffic(b).passed, 2);
    assert.equal(bench.traffic(b).dropped + bench.traffic(a).dropped + bench.traffic(a).held, 0);
  });

  it('hold requests, and deliver all of them, in order, when they pass again', async () => {
    const client = bench.client();
    client.post('before');
    await eventually('the first answer', () => client.answers().length === 1);
    await bench.rule(a, { mode: 'hold' });
    for (const body of ['1', '2', '3']) client.post(body);
    await eventually('three held', () => bench.traffic(a).held === 3);
    await quietly();
    assert.deepEqual(bench.server.requests, ['before']);
    assert.equal(client.state, 'open');
    await bench.rule(a, openLink);
    await eventually('all answers', () => client.answers().length === 4);
    assert.deepEqual(bench.server.requests, ['before', '1', '2', '3']);
  });

  it('deliver a held request whose sender has given up', async () => {
    await bench.rule(a, { mode: 'hold' });
    const client = bench.client();
    client.post('stale');
    await eventually('held', () => bench.traffic(a).held === 1);
    client.socket.destroy();
    await quietly();
    await bench.rule(a, openLink);
    await eventually('the late request', () => bench.server.requests.includes('stale'));
  });

  it('deliver a held request whose connection the receiver has closed meanwhile', async () => {
    const client = bench.client();
    client.post('first');
    await eventually('the first answer', () => client.answers().length === 1);
    await bench.rule(a, { mode: 'hold' });
    client.post('stale');
    await eventually('held', () => bench.traffic(a).held === 1);
    for (const socket of bench.server.sockets) socket.end();
    await eventually('the sender sees the end', () => client.state === 'end');
    await bench.rule(a, openLink);
    await eventually('the late request', () => bench.server.requests.includes('stale'));
  });

  it('do not tell through a held link whether the peer lives', async () => {
    bench.server.close();
    await bench.rule(a, { mode: 'hold' });
    const client = bench.client();
    client.post('anyone?');
    await eventually('held', () => bench.traffic(a).held === 1);
    await quietly();
    assert.equal(client.state, 'open');
    await bench.rule(a, openLink);
    await eventually('the reset', () => client.state === 'ECONNRESET');
  });

  it('cut one way: the requests arrive, and only the answers to them are held', async () => {
    await bench.rule(b, { mode: 'hold' });
    const client = bench.client();
    client.post('heard');
    await eventually('the request', () => bench.server.requests.length === 1);
    await eventually('the answer is held', () => bench.traffic(b).held === 1);
    await quietly();
    assert.equal(client.received, '');
    await bench.rule(b, openLink);
    await eventually('the answer', () => client.answers().length === 1);
  });

  for (const mode of ['drop', 'reset', 'refuse'] as const) {
    it(`${mode} answers one way: the request takes effect, the sender sees a reset`, async () => {
      await bench.rule(b, { mode });
      const client = bench.client();
      client.post('heard');
      await eventually('the reset', () => client.state === 'ECONNRESET');
      assert.deepEqual(bench.server.requests, ['heard']);
      assert.equal(client.received, '');
      assert.equal(bench.traffic(b).dropped, 1);
    });
  }

  it('drop a message whole and reset its connection, which never goes on', async () => {
    const client = bench.client();
    client.post('before');
    await eventually('the first answer', () => client.answers().length === 1);
    await bench.rule(a, { mode: 'drop' });
    await quietly();
    assert.equal(client.state, 'open');
    client.socket.write(httpRequest('swallowed').slice(0, 20));
    await quietly(10);
    client.socket.write(httpRequest('swallowed').slice(20) + httpRequest('behind it'));
    await eventually('the reset', () => client.state === 'ECONNRESET');
    await bench.rule(a, openLink);
    await quietly();
    assert.deepEqual(bench.server.requests, ['before']);
    assert.ok(bench.traffic(a).dropped >= 1);
  });

  it('reset connections at once, and every new one', async () => {
    const client = bench.client();
    client.post('before');
    await eventually('the first answer', () => client.answers().length === 1);
    await bench.rule(a, { mode: 'reset' });
    await eventually('the reset', () => client.state === 'ECONNRESET');
    const later = bench.client();
    later.post('later');
    await eventually('its reset', () => later.state === 'ECONNRESET');
    assert.deepEqual(bench.server.requests, ['before']);
  });

  it('refuse: reset the old connections, refuse new ones, and accept again on the same port', async () => {
    const client = bench.client();
    client.post('before');
    await eventually('the first answer', () => client.answers().length === 1);
    await bench.rule(a, { mode: 'refuse' });
    await eventually('the reset', () => client.state === 'ECONNRESET');
    const refused = bench.client();
    await eventually('the refusal', () => refused.state === 'ECONNREFUSED');
    await bench.rule(a, openLink);
    const healed = bench.client();
    healed.post('after');
    await eventually('the answer', () => healed.answers().length === 1);
    assert.deepEqual(bench.server.requests, ['before', 'after']);
  });

  it('deliver new messages at once when healed, whatever the cut was', async () => {
    /** How long a message takes after this cut was healed. */
    const healedMs = async (mode: LinkRule['mode']): Promise<number> => {
      await bench.rule(a, { mode });
      await bench.rule(b, { mode });
      bench.client().post(mode);
      await quietly(10);
      await bench.rule(a, openLink);
      await bench.rule(b, openLink);
      const client = bench.client();
      const startedMs = performance.now();
      client.post('fresh');
      await eventually(`an answer after ${mode}`, () => client.answers().length === 1);
      return performance.now() - startedMs;
    };
    for (const mode of ['hold', 'drop', 'reset', 'refuse'] as const) {
      // A busy machine may be slow now and then, but not every time.
      let tookMs = Infinity;
      for (let attempt = 0; attempt < 20 && tookMs > 500; attempt++) tookMs = await healedMs(mode);
      assert.ok(tookMs <= 500, `${tookMs} ms after ${mode}`);
    }
  });

  it('delay with jitter, and keep the order all the same', async () => {
    await bench.rule(a, { delayMs: 20, jitterMs: 30 });
    const client = bench.client();
    const sent = Array.from({ length: 30 }, (_, index) => String(index));
    const startedMs = performance.now();
    for (const body of sent) {
      client.post(body);
      await quietly(1);
    }
    await eventually('all answers', () => client.answers().length === sent.length);
    assert.ok(performance.now() - startedMs >= 20);
    assert.deepEqual(bench.server.requests, sent);
    assert.equal(bench.traffic(a).delayed, sent.length);
    assert.equal(bench.traffic(b).delayed, 0);
  });

  it('deliver at once what a slow link still has when it is healed', async () => {
    await bench.rule(a, { delayMs: 600_000 });
    const client = bench.client();
    client.post('slow');
    await quietly();
    assert.deepEqual(bench.server.requests, []);
    await bench.rule(a, openLink);
    await eventually('the request', () => bench.server.requests.length === 1);
  });

  it('limit the bandwidth of all connections of a link together', async () => {
    await bench.rule(a, { bytesPerSecond: 20_000 });
    const startedMs = performance.now();
    const clients = [bench.client(), bench.client()];
    for (const client of clients) client.post('x'.repeat(1_000));
    await eventually('both', () => bench.server.requests.length === 2);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs >= 99, `2 kB at 20 kB/s took ${tookMs} ms`);
  });

  it('reset a connection instead of passing a message, at the given ratio', async () => {
    await bench.rule(a, { resetRatio: 0.5 });
    const clients = Array.from({ length: 40 }, () => bench.client());
    for (const client of clients) client.post('maybe');
    const isDone = ({ state, received }: { state: string; received: string }): boolean =>
      state === 'ECONNRESET' || received !== '';
    await eventually('all ended', () => clients.every(isDone));
    const resets = clients.filter(({ state }) => state === 'ECONNRESET').length;
    assert.ok(resets > 5 && resets < 35, `${resets} of 40 were reset`);
    assert.equal(bench.server.requests.length, 40 - resets);
  });

  it('deliver a request twice, and its answer once', async () => {
    await bench.rule(a, { duplicateRatio: 1 });
    const client = bench.client();
    client.post('again');
    await eventually('twice', () => bench.server.requests.length === 2);
    await eventually('the answer', () => client.answers().length === 1);
    await quietly();
    assert.deepEqual(client.answers(), ['again']);
    assert.equal(bench.traffic(a).duplicated, 1);
    assert.equal(bench.server.connections, 2);
  });

  it('carry what cannot be framed as it is, and never resume it after a drop', async () => {
    const client = bench.client();
    client.socket.write('POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await eventually('the first piece', () => bench.traffic(a).passed > 0);
    // A reset that finds bytes unread reaches their reader as an orderly end: libuv hides it behind what it has just read.
    await eventually('the answer to it', () => client.received !== '');
    await bench.rule(a, { mode: 'drop' });
    client.socket.write('3\r\ndef\r\n');
    await eventually('the reset', () => client.state === 'ECONNRESET');
    await bench.rule(a, openLink);
    await quietly();
    assert.equal(bench.traffic(a).dropped, 1);
  });

  it('carry a protocol that is not HTTP both ways', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    bench.mesh.setPort(b, await listenOnFreePort(echo));
    const client = bench.client();
    client.socket.write('hello\n');
    await eventually('the first echo', () => client.received === 'hello\n');
    const text = 'hello\n' + 'GET by chance\u0000\n'.repeat(20_000);
    client.socket.write(text.slice('hello\n'.length));
    await eventually('the echo', () => client.received.length === text.length);
    assert.equal(client.received, text);
    client.socket.end();
    await eventually('the end', () => client.state === 'end');
    echo.close();
  });

  it('pass the end of a connection both ways', async () => {
    const client = bench.client();
    client.post('last');
    client.socket.end();
    await eventually('the end', () => client.state === 'end');
    assert.deepEqual(client.answers(), ['last']);
    await eventually('the server lets go', () => bench.server.sockets.size === 0);
  });

  it('hold back a fast sender instead of filling the memory', async () => {
    await bench.rule(a, { mode: 'hold' });
    const client = bench.client();
    const big = httpRequest('x'.repeat(64 * 1024));
    let isFull = false;
    let sent = 0;
    for (; sent < 1_000 && !isFull; sent++) {
      isFull = !client.socket.write(big) && client.socket.writableLength > 4 * 1024 * 1024;
      if (sent % 10 === 0) await quietly(1);
    }
    assert.ok(isFull, 'the sender was never slowed down');
    await bench.rule(a, openLink);
    await eventually('everything arrives', () => bench.server.requests.length >= sent);
    assert.ok(bench.server.requests.every(({ length }) => length === 64 * 1024));
  });
});

describe('links under any sequence of pass, hold and delay', () => {
  it('lose, reorder and invent no byte', async () => {
    const rule = fc.record({
      mode: fc.constantFrom<LinkRule['mode']>('pass', 'hold'),
      delayMs: fc.constantFrom(0, 0, 3),
      jitterMs: fc.constantFrom(0, 4),
      bytesPerSecond: fc.constantFrom(null, null, 200_000),
    });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), size: fc.nat(3_000) }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('rule' as const), from: fc.constantFrom(a, b), rule }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const bench = await new LinkBench().open();
        try {
          const client = bench.client();
          const sent: string[] = [];
          for (const [index, step] of steps.entries()) {
            if (step.kind === 'wait') await quietly(2);
            else if (step.kind === 'rule') await bench.rule(step.from, step.rule);
            else client.post(sent[sent.push(`${index}:${'y'.repeat(step.size)}`) - 1] ?? '');
          }
          await bench.rule(a, openLink);
          await bench.rule(b, openLink);
          await eventually(
            'every answer',
            () => client.received.length === sent.map(httpAnswer).join('').length,
          );
          assert.deepEqual(bench.server.requests, sent);
          assert.equal(client.received, sent.map(httpAnswer).join(''));
        } finally {
          bench.close();
        }
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('carry an answer that is cut into many pieces', async () => {
    const server = new RecordingServer((body, socket) => {
      for (const byte of Buffer.from(httpAnswer(body))) socket.write(Buffer.of(byte));
      return null;
    });
    const bench = await new LinkBench(server).open();
    const client = bench.client();
    client.post('in pieces');
    await eventually('the answer', () => client.answers()[0] === 'in pieces');
    assert.equal(bench.traffic(b).passed, 1);
    bench.close();
  });
});
