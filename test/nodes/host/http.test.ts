/** The HTTP side of a node: what clients, peers and people get to read. */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { startNode, type RunningNode } from '../../../nodes/host/node.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';
import type { NodeModel, Route } from '../../../nodes/kernel/model.ts';
import { eventually } from '../../eventually.ts';
import { createLawProbe, type LawProtocol } from './lawModel.ts';
import { MemoryDisk } from './memoryDisk.ts';

/** Also a route with query parameters and a segment, which tells the request id back. */
const lookRoute: Route<LawProtocol> = {
  method: 'GET',
  path: '/look/:key',
  schema: {
    type: 'object',
    properties: { level: { enum: ['ONE', 'ALL'] } },
    additionalProperties: false,
  },
  meaning: 'appends what it was asked',
  example: { path: '/look/k' },
  toRequest: ({ params, requestId }) => ({
    do: 'append',
    value: [params.key, params.level, requestId].join(' '),
  }),
};

interface Read {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: { [key: string]: unknown };
}

describe('the HTTP server of a node', () => {
  let node: RunningNode<LawProtocol>;
  let agent: Agent;

  beforeEach(async () => {
    const { model } = createLawProbe();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    node = await start({ ...model, routes: [...model.routes, lookRoute] });
  });
  afterEach(() => {
    node.drop();
    agent.destroy();
  });

  const start = (model: NodeModel<LawProtocol>): Promise<RunningNode<LawProtocol>> =>
    startNode({
      model,
      self: nodeId(1),
      port: 0,
      peers: {},
      disk: new MemoryDisk(),
      options: {},
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });

  const ask = (
    method: string,
    path: string,
    body?: string | Uint8Array | object,
    headers: Record<string, string> = {},
  ): Promise<Read> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ port: node.port, method, path, headers, agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: JSON.parse(text) as Read['body'],
          }),
        );
      });
      request.on('error', reject);
      const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
      request.end(isJson ? JSON.stringify(body) : (body ?? ''));
    });

  it('answers whole, as JSON with its length, on connections that stay open', async () => {
    const { status, headers, body } = await ask('POST', '/do', { do: 'append', value: 'é€' });
    assert.deepEqual({ status, body }, { status: 200, body: { values: ['é€'] } });
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(Number(headers['content-length']), Buffer.byteLength('{"values":["é€"]}'));
    assert.equal(headers.connection, 'keep-alive');
    await ask('GET', '/status');
    const sockets = Object.values(agent.freeSockets).flatMap((list) => list ?? []);
    assert.equal(sockets.length, 1);
  });

  it('hands path, query and request id to the model', async () => {
    const { body } = await ask('GET', '/look/a%2Fb?level=ALL', undefined, { 'Request-Id': 'c1/7' });
    assert.deepEqual(body, { values: ['a/b ALL c1/7'] });
  });

  it('answers a bad body with 400 and all its problems', async () => {
    const { status, body } = await ask('POST', '/do', { value: 7, extra: true });
    assert.equal(status, 400);
    assert.equal(body.code, 12);
    assert.deepEqual([...(body.problems as string[])].sort(), [
      '"value" must be string',
      'the body has an unknown property "extra"',
      'the body lacks "do"',
    ]);
    const choice = await ask('POST', '/do', { do: 'nonsense' });
    assert.match(String(choice.body.error), /"do" must be one of \["append",/);
  });

  it('answers bad query parameters, bad encoding and bad JSON with 400', async () => {
    const query = await ask('GET', '/look/k?level=SOME&lvl=1');
    assert.deepEqual([...(query.body.problems as string[])].sort(), [
      '"level" must be one of ["ONE","ALL"]',
      'the query has an unknown property "lvl"',
    ]);
    assert.match(String((await ask('GET', '/look/%zz')).body.error), /percent-encoded/);
    for (const text of ['', '{', 'do=append', '{"do":"append",}']) {
      const { status, body } = await ask('POST', '/do', text);
      assert.deepEqual([status, body.code], [400, 12], text);
    }
    for (const value of [null, 7, 'text', []]) {
      assert.equal((await ask('POST', '/do', JSON.stringify(value))).status, 400);
    }
  });

  it('answers 400 to what it could not keep: numbers beyond a float, and very deep nesting', async () => {
    const tooLarge = await ask('POST', '/do', '{"do":"append","value":[1,-1e999]}');
    assert.deepEqual([tooLarge.status, tooLarge.body.code], [400, 12]);
    assert.match(String(tooLarge.body.error), /a number is too large/);
    const deep = `{"do":"append","value":${'['.repeat(400_000)}${']'.repeat(400_000)}}`;
    const tooDeep = await ask('POST', '/do', deep);
    assert.deepEqual([tooDeep.status, tooDeep.body.code], [400, 12]);
    assert.match(String(tooDeep.body.error), /nested more than 100 deep/);
  });

  it('answers 400 to bytes that are no UTF-8', async () => {
    const body = Buffer.from('{"do":"append","value":"\xff"}', 'latin1');
    const { status, body: answer } = await ask('POST', '/do', body);
    assert.deepEqual([status, answer.problems], [400, ['the body is not UTF-8']]);
  });

  it('answers a body above 1 MiB with 413, and takes one just below', async () => {
    const value = 'x'.repeat(1024 * 1024 - 100);
    assert.equal((await ask('POST', '/do', { do: 'append', value })).status, 200);
    const { status, body } = await ask('POST', '/do', { do: 'append', value: value + value });
    assert.deepEqual([status, body.code], [413, 12]);
    assert.equal((await ask('GET', '/status')).status, 200);
  });

  it('takes a larger body where other nodes ask', async () => {
    const { model } = createLawProbe();
    node.drop();
    node = await start({ ...model, routes: model.routes.map((route) => ({ ...route, fromPeers: true })) });
    const value = 'x'.repeat(3 * 1024 * 1024);
    assert.equal((await ask('POST', '/do', { do: 'append', value })).status, 200);
  });

  it('answers unknown paths with 404, which is not the 404 of a missing key', async () => {
    for (const path of ['/nothing', '/status/', '/look/', '/do/it', '/__proto__', '/toString']) {
      const { status, body } = await ask('GET', path);
      assert.deepEqual([status, body.code], [404, 10], path);
      assert.match(String(body.error), /; there are POST \/do, GET \/look\/:key$/);
    }
  });

  it('answers other methods with 405 and what is allowed', async () => {
    const cases = [
      ['GET', '/do', 'POST'],
      ['DELETE', '/look/k', 'GET'],
      ['POST', '/status', 'GET'],
      ['GET', '/peer', 'POST'],
    ];
    for (const [method = '', path = '', allowed] of cases) {
      const { status, headers, body } = await ask(method, path);
      assert.deepEqual([status, headers.allow, body.code], [405, allowed, 10], `${method} ${path}`);
    }
  });

  it('nothing that is refused reaches the core', async () => {
    await ask('POST', '/do', { do: 'nonsense' });
    await ask('POST', '/do', '{');
    await ask('GET', '/nothing');
    assert.equal(node.host.counters.requests, 0);
  });

  it('shows the last released status, its incarnation, and what the host counted', async () => {
    await ask('POST', '/do', { do: 'append', value: 'a' });
    const { body } = await ask('GET', '/status');
    const { status, host, ...about } = body as {
      status: { values: string[] };
      host: { requests: number; journal: { syncs: number; records: number } };
    };
    assert.deepEqual(about, { node: 'n1', model: 'law', incarnation: 1 });
    assert.deepEqual(status.values, ['a']);
    assert.deepEqual([host.requests, host.journal.syncs, host.journal.records], [1, 2, 1]);
    assert.equal((await ask('GET', '/')).body.model, 'law');
  });

  it('says who leads, as the model reads its released status', async () => {
    assert.deepEqual([(await ask('GET', '/leader')).status], [404]);
    node.drop();
    node = await start({ ...createLawProbe().model, leader: () => ({ leader: nodeId(2), term: 3 }) });
    assert.deepEqual((await ask('GET', '/leader')).body, { leader: 'n2', term: 3 });
  });

  it('takes batches of peers, and refuses what is none', async () => {
    const messages = ['x', 'y'].map((value) => ({ type: 'told', value }));
    const batch = { from: 'n2', messages };
    assert.equal((await ask('POST', '/peer', batch)).status, 200);
    assert.deepEqual(node.host.released?.heard, ['x', 'y']);
    const senseless = [
      { from: 'n2', messages: [null] },
      { from: 'n2', messages: ['x'] },
      { from: 'n1', messages },
      { ...batch, epoch: 1 },
    ];
    for (const bad of [null, [], {}, { from: 'me', messages: [] }, { from: 'n2' }, ...senseless]) {
      assert.equal((await ask('POST', '/peer', JSON.stringify(bad))).status, 400);
    }
  });

  it('adds and moves peers at run time, and refuses bad addresses with all problems', async () => {
    const added = await ask('POST', '/host/peers', { '4': 'http://127.0.0.1:7004' });
    assert.deepEqual(added.body, { peers: { n4: 'http://127.0.0.1:7004' } });
    const moved = await ask('POST', '/host/peers', { '4': 'http://127.0.0.1:7005' });
    assert.deepEqual(moved.body, { peers: { n4: 'http://127.0.0.1:7005' } });
    const { status, body } = await ask('POST', '/host/peers', {
      n5: 'http://127.0.0.1:1',
      '6': 'ftp://x',
      '7': 1,
    });
    assert.equal(status, 400);
    assert.equal((body.problems as string[]).length, 3);
    for (const bad of ['', 'null', '[]', '{}', '7']) {
      assert.equal((await ask('POST', '/host/peers', bad)).status, 400, bad);
    }
  });

  it('makes the time of day wrong, and nothing else', async () => {
    const offBy = (): number => node.clock.read().wallMs - Date.now();
    assert(Math.abs(offBy()) < 1000);
    for (const offsetMs of [5_000_000, -5_000_000, 0]) {
      const before = node.clock.read().monotonicMs;
      assert.deepEqual((await ask('POST', '/host/clock', { offsetMs })).body, { offsetMs });
      assert(Math.abs(offBy() - offsetMs) < 1000);
      assert(node.clock.read().monotonicMs - before < 1_000_000);
      const { host } = (await ask('GET', '/status')).body as { host: { clockOffsetMs: number } };
      assert.equal(host.clockOffsetMs, offsetMs);
    }
    for (const bad of [
      '',
      'null',
      '[]',
      '{}',
      '7',
      '{"offsetMs":"1"}',
      '{"offsetMs":0.5}',
      '{"offsetMs":1e13}',
    ])
      assert.equal((await ask('POST', '/host/clock', bad)).status, 400, bad);
    assert.equal(node.clock.offsetMs, 0);
  });

  it('forgets a request whose client has gone, and goes on', async () => {
    const socket = connect(node.port, '127.0.0.1');
    const body = '{"do":"ignore"}';
    socket.write(`POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await eventually('the request', () => node.host.counters.requests === 1);
    socket.destroy();
    assert.deepEqual((await ask('POST', '/do', { do: 'append', value: 'a' })).body, { values: ['a'] });
  });

  it('answers pipelined requests in their order', async () => {
    const socket = connect(node.port, '127.0.0.1');
    const bodies = ['a', 'b', 'c'].map((value) => JSON.stringify({ do: 'append', value }));
    socket.write(
      bodies
        .map((body) => `POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        .join(''),
    );
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('"c"]')) break;
    }
    assert.deepEqual(text.match(/\{"values".*?\}/g), [
      '{"values":["a"]}',
      '{"values":["a","b"]}',
      '{"values":["a","b","c"]}',
    ]);
  });
});
