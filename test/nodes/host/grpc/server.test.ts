/** Nodes asked over gRPC by the library that everybody uses: what callers, and those who still speak HTTP, get to read. */
import assert from 'node:assert/strict';
import { credentials, makeClientConstructor, Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import { connect } from 'node:net';
import { statuses } from '../../../../nodes/host/grpc/statuses.ts';
import { loadService, type Message } from '../../../../nodes/host/kvProto.ts';
import { startNode, type RunningNode } from '../../../../nodes/host/node.ts';
import { models } from '../../../../nodes/index.ts';
import { nodeId } from '../../../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues, Route } from '../../../../nodes/kernel/model.ts';
import { defaultOptions } from '../../../../nodes/kernel/options.ts';
import type { Protocol } from '../../../../nodes/kernel/protocol.ts';
import { rpcs, type Rpc } from '../../../../nodes/kernel/transport.ts';
import { eventually } from '../../../eventually.ts';
import { createLawProbe, type LawProtocol } from '../lawModel.ts';
import { MemoryDisk } from '../memoryDisk.ts';

/** How a call ended. */
interface Called {
  readonly status: number;
  readonly message: Message | null;
  readonly why: string;
  readonly trailers: Readonly<Record<string, unknown>>;
}

type Methods = Client &
  Record<
    Rpc,
    (
      message: object,
      metadata: Metadata,
      done: (error: ServiceError | null, answer?: Message) => void,
    ) => void
  >;

const Caller = makeClientConstructor(loadService(), 'KeyValue');

function named(name: string): NodeModel {
  const model = models.find((each) => each.name === name);
  assert(model !== undefined);
  return model;
}

describe('a node over gRPC', () => {
  const nodes: RunningNode<Protocol>[] = [];
  const callers: Client[] = [];
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.close();
    for (const node of nodes.splice(0)) node.drop();
  });

  const start = async <P extends Protocol>(
    model: NodeModel<P>,
    options: OptionValues = {},
  ): Promise<RunningNode<P>> => {
    const node = await startNode({
      model,
      self: nodeId(1),
      port: 0,
      peers: {},
      disk: new MemoryDisk(),
      options: { ...defaultOptions(model), ...options, transport: 'grpc' },
      seed: '1',
      bug: null,
      onFatal: (error) => assert.fail(error),
    });
    nodes.push(node as unknown as RunningNode<Protocol>);
    return node;
  };
  const callerOf = (node: { readonly port: number }): Methods => {
    const caller = new Caller(`127.0.0.1:${node.port}`, credentials.createInsecure());
    callers.push(caller);
    return caller as unknown as Methods;
  };
  const call = (caller: Methods, rpc: Rpc, message: object, metadata = new Metadata()): Promise<Called> =>
    new Promise((resolve) =>
      caller[rpc](message, metadata, (error, answer) =>
        resolve({
          status: error?.code ?? statuses.OK,
          message: answer ?? null,
          why: error?.details ?? '',
          trailers: error?.metadata.getMap() ?? {},
        }),
      ),
    );
  /** A cluster of one: it leads itself as soon as its election timeout is over. */
  const startRaft = async (): Promise<RunningNode<Protocol>> => {
    const model = named('raft');
    const node = await start(model);
    await eventually('a leader', () => {
      const { released } = node.host;
      return released !== undefined && model.leader(released)?.leader === 'n1';
    });
    assert.equal((await call(callerOf(node), 'Leader', {})).message?.['leader'], 'n1');
    return node;
  };

  it('reads, writes, compares and deletes, with values as JSON texts', async () => {
    const caller = callerOf(await startRaft());
    const ok = async (rpc: Rpc, message: object): Promise<Message | null> => {
      const called = await call(caller, rpc, message);
      assert.equal(called.status, statuses.OK, called.why);
      return called.message;
    };
    await ok('Write', { key: 'k', value: '{"a": [1, "é"]}' });
    assert.equal((await ok('Read', { key: 'k' }))?.['value'], '{"a":[1,"é"]}');
    await ok('Cas', { key: 'k', from: '{"a":[1,"é"]}', to: '2' });
    const mismatch = await call(caller, 'Cas', { key: 'k', from: '1', to: '3' });
    assert.deepEqual([mismatch.status, mismatch.trailers['code']], [statuses.FAILED_PRECONDITION, '22']);
    const txn = [
      { kind: 'r', key: 'k' },
      { kind: 'append', key: 'l', arguments: ['"x"'] },
      { kind: 'r', key: 'l' },
    ];
    assert.deepEqual((await ok('Txn', { txn }))?.['txn'], [
      { kind: 'r', key: 'k', arguments: ['2'] },
      { kind: 'append', key: 'l', arguments: ['"x"'] },
      { kind: 'r', key: 'l', arguments: ['["x"]'] },
    ]);
    const aborted = await call(caller, 'Txn', { txn: [{ kind: 'cas', key: 'k', arguments: ['["no", 1]'] }] });
    assert.deepEqual([aborted.status, aborted.trailers['code']], [statuses.ABORTED, '30']);
    await ok('Delete', { key: 'k' });
    const gone = await call(caller, 'Read', { key: 'k' });
    assert.deepEqual(
      [gone.status, gone.trailers['code'], gone.why],
      [statuses.NOT_FOUND, '20', 'no such key'],
    );
  });

  it('carries an operation out once, however often it comes with the same request-id', async () => {
    const caller = callerOf(await startRaft());
    const metadata = new Metadata();
    metadata.set('request-id', '7/1');
    const append = { txn: [{ kind: 'append', key: 'l', arguments: ['1'] }] };
    const [first, second] = [
      await call(caller, 'Txn', append, metadata),
      await call(caller, 'Txn', append, metadata),
    ];
    assert.deepEqual(first, second);
    assert.equal((await call(caller, 'Read', { key: 'l' })).message?.['value'], '[1]');
    metadata.set('request-id', 'seven');
    const strange = await call(caller, 'Txn', append, metadata);
    assert.equal(strange.status, statuses.INVALID_ARGUMENT, strange.why);
  });

  it('refuses what makes no sense, with all problems, and stays as it was', async () => {
    const node = await startRaft();
    const caller = callerOf(node);
    await call(caller, 'Write', { key: 'k', value: '1' });
    const records = node.journal.counters.records;
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    const bad: readonly [Rpc, object, RegExp][] = [
      ['Read', {}, /lacks "key"/],
      ['Read', { key: 'k', level: 'ONE' }, /"level": this model does not have that/],
      ['Write', { key: 'k' }, /lacks "value"/],
      ['Write', { value: '1' }, /lacks "key"/],
      ['Write', { key: 'k', value: '{a:1}' }, /"value" is not JSON/],
      ['Write', { key: 'k', value: '1, "x": 2' }, /"value" is not JSON/],
      ['Write', { key: 'k', value: '1e999' }, /too large/],
      ['Write', { key: 'k', value: deep }, /nested more than/],
      ['Write', { key: 'k', value: '1', context: '{"1":1}' }, /unknown property/],
      ['Write', { key: 'k', value: '1', context: '{' }, /"context" is not what an answer held/],
      ['Cas', { key: 'k', from: '1' }, /lacks "to"/],
      ['Cas', { key: 'k', from: '', to: '2' }, /lacks "from"/],
      ['Delete', {}, /lacks "key"/],
      ['Delete', { key: 'k', session: 'x' }, /unknown property/],
      ['Txn', { txn: [{ kind: 'steal', key: 'k' }] }, /txn/],
      ['Txn', { txn: [{ kind: 'w', key: 'k', arguments: ['x'] }] }, /"arguments" is not JSON/],
      ['Txn', { txn: [{ kind: 'add', key: 'k', arguments: ['"1"', '0'] }] }, /txn/],
    ];
    for (const [rpc, message, why] of bad) {
      const called = await call(caller, rpc, message);
      assert.equal(
        called.status,
        statuses.INVALID_ARGUMENT,
        `${rpc} ${JSON.stringify(message)}: ${called.why}`,
      );
      assert.equal(called.trailers['code'], '12');
      assert.match(called.why, why);
    }
    const large = await call(caller, 'Write', { key: 'k', value: JSON.stringify('x'.repeat(2 ** 20)) });
    assert.equal(large.status, statuses.RESOURCE_EXHAUSTED);
    assert.equal(node.journal.counters.records, records);
    assert.equal((await call(caller, 'Read', { key: 'k' })).message?.['value'], '1');
  });

  it('survives bytes that are no message, and texts that are no text', async () => {
    const caller = callerOf(await startRaft());
    const send = (rpc: Rpc, bytes: Buffer): Promise<number> =>
      new Promise((resolve) =>
        caller.makeUnaryRequest(
          loadService()[rpc].path,
          () => bytes,
          loadService()[rpc].responseDeserialize,
          {},
          new Metadata(),
          (error) => resolve(error?.code ?? statuses.OK),
        ),
      );
    // A key of one half of a surrogate pair, as only broken encoders write it.
    const half = Buffer.from([0x0a, 3, 0xed, 0xa0, 0x80]);
    const value = Buffer.from([0x12, 1, 0x31]);
    const to = Buffer.from([0x1a, 1, 0x32]);
    const asked: readonly [Rpc, Buffer][] = [
      ['Read', Buffer.from([0x0a, 200])],
      ['Read', Buffer.from([0xff, 0xff, 0xff])],
      ['Read', half],
      ['Write', Buffer.concat([half, value])],
      ['Cas', Buffer.concat([half, value, to])],
      ['Delete', half],
      ['Txn', Buffer.from([0x0a, 8, 0x0a, 1, 0x72, 0x12, 3, 0xed, 0xa0, 0x80])],
      ['Txn', Buffer.from([0x0a, 8, 0x0a, 1, 0x7a, 0x12, 3, 0xed, 0xa0, 0x80])],
    ];
    for (const [rpc, bytes] of asked)
      assert.ok(Number.isInteger(await send(rpc, bytes)), `${rpc} ${bytes.toString('hex')}`);
    assert.equal((await call(caller, 'Write', { key: 'k', value: '1' })).status, statuses.OK);
    // What is wrong with a context is said with its names, whatever these are.
    const store = callerOf(await start(named('eventual')));
    const context = '{"\\ud800": "x"}';
    const { status, why } = await call(store, 'Write', { key: 'k', value: '1', context });
    assert.equal(status, statuses.INVALID_ARGUMENT, why);
    assert.equal((await call(store, 'Write', { key: 'k', value: '1' })).status, statuses.OK);
  });

  it('serves what its model has, and says what it has not', async () => {
    const has: Readonly<Record<string, readonly Rpc[]>> = {
      raft: ['Read', 'Write', 'Cas', 'Delete', 'Txn', 'Leader'],
      'leader-follower': ['Read', 'Write', 'Cas', 'Delete', 'Txn', 'Leader'],
      quorum: ['Read', 'Write'],
      eventual: ['Read', 'Write', 'Delete'],
      crdt: ['Read', 'Write'],
      causal: ['Read', 'Write', 'Delete'],
    };
    for (const model of models) {
      const caller = callerOf(await start(model, { ...(model.name === 'crdt' && { type: 'lww-register' }) }));
      for (const rpc of rpcs) {
        const { status, trailers } = await call(caller, rpc, {});
        const isServed = status !== statuses.UNIMPLEMENTED;
        assert.equal(isServed, has[model.name]?.includes(rpc), `${model.name} ${rpc}: ${status}`);
        if (!isServed) assert.equal(trailers['code'], '10');
      }
    }
  });

  it('asks as many replicas as the request says, where there are quorums', async () => {
    const caller = callerOf(await start(named('quorum'), { n: 1, r: 1, w: 1 }));
    assert.equal((await call(caller, 'Write', { key: 'k', value: '1', level: 'ALL' })).status, statuses.OK);
    assert.equal((await call(caller, 'Read', { key: 'k', level: 'ONE' })).message?.['value'], '1');
    const { status, why } = await call(caller, 'Read', { key: 'k', level: 'SOME' });
    assert.equal(status, statuses.INVALID_ARGUMENT, why);
  });

  it('tells a writer what stands beside, since the context that it gets covers that', async () => {
    for (const [name, options] of [
      ['eventual', { resolve: 'siblings' }],
      ['crdt', { type: 'mv-register' }],
    ] as const) {
      const caller = callerOf(await start(named(name), options));
      const first = await call(caller, 'Write', { key: 'k', value: '1' });
      assert.deepEqual(first.message?.['values'], []);
      const second = await call(caller, 'Write', { key: 'k', value: '2' });
      assert.deepEqual(second.message?.['values'], ['1', '2']);
    }
    const caller = callerOf(await start(named('eventual'), { resolve: 'siblings' }));
    await call(caller, 'Write', { key: 'k', value: '1' });
    const deletion = await call(caller, 'Delete', { key: 'k' });
    assert.deepEqual(deletion.message?.['values'], ['1']);
  });

  it('gives contexts and sessions, also of what is not there, and takes them back', async () => {
    const stores = [
      { name: 'eventual', seen: 'context', options: {} },
      { name: 'causal', seen: 'session', options: { sessions: 'roaming' } },
      { name: 'crdt', seen: 'context', options: { type: 'mv-register' } },
    ];
    for (const { name, seen, options } of stores) {
      const caller = callerOf(await start(named(name), options));
      const first = await call(caller, 'Write', { key: 'k', value: '1' });
      const read = await call(caller, 'Read', { key: 'k' });
      const told = read.message?.[seen];
      assert.ok(typeof told === 'string' && told !== '', `${name}: ${JSON.stringify(first)}`);
      const next = await call(caller, 'Write', { key: 'k', value: '2', [seen]: told });
      assert.equal(next.status, statuses.OK, next.why);
      assert.equal((await call(caller, 'Read', { key: 'k' })).message?.['value'], '2');
    }
    const caller = callerOf(await start(named('eventual')));
    await call(caller, 'Write', { key: 'k', value: '1' });
    await call(caller, 'Delete', { key: 'k' });
    const deleted = await call(caller, 'Read', { key: 'k' });
    assert.deepEqual([deleted.status, deleted.trailers['context']], [statuses.NOT_FOUND, '{"1":2}']);
  });

  it('answers HTTP on the same port, also from connections that say nothing for long, or little at once', async () => {
    const node = await startRaft();
    const status = (await (await fetch(`http://127.0.0.1:${node.port}/status`)).json()) as { node: string };
    assert.equal(status.node, 'n1');
    const put = await fetch(`http://127.0.0.1:${node.port}/put`, {
      method: 'POST',
      body: JSON.stringify({ key: 'k', value: 1 }),
    });
    assert.equal(put.status, 200);
    const quiet = connect(node.port, '127.0.0.1');
    await new Promise((resolve) => quiet.once('connect', resolve));
    let heard = '';
    quiet.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    assert.equal((await call(callerOf(node), 'Read', { key: 'k' })).message?.['value'], '1');
    // "P" may be the first letter of PRI, POST or PUT.
    for (const piece of [
      'P',
      'O',
      'ST /put HTTP/1.1\r\nHost: n\r\nContent-Length: 21\r\n\r\n',
      '{"key":"k","value":2}',
    ]) {
      quiet.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually('an answer', () => heard.includes('200 OK'));
    quiet.destroy();
    assert.equal((await call(callerOf(node), 'Read', { key: 'k' })).message?.['value'], '2');
  });

  describe('with a core that does as it is told', () => {
    const reading: Route<LawProtocol> = {
      method: 'GET',
      path: '/get/:key',
      meaning: 'never answers, if the key says so',
      example: { path: '/get/k' },
      toRequest: ({ params }) => (params['key'] === 'never' ? { do: 'ignore' } : { do: 'read' }),
    };
    const startTold = async (): Promise<RunningNode<LawProtocol>> => {
      const { model } = createLawProbe();
      return start({ ...model, api: 'key-value', routes: [reading] });
    };

    it('forgets a call that its caller gave up', async () => {
      const node = await startTold();
      const { host } = node;
      let abandoned = 0;
      const abandon = host.abandon.bind(host);
      host.abandon = (id) => {
        abandoned++;
        abandon(id);
      };
      const caller = callerOf(node);
      const gave = caller.makeUnaryRequest(
        loadService().Read.path,
        loadService().Read.requestSerialize,
        loadService().Read.responseDeserialize,
        { key: 'never' },
        new Metadata(),
        () => undefined,
      );
      await eventually('the request', () => node.host.counters.requests === 1);
      gave.cancel();
      await eventually('nobody waits', () => abandoned === 1);
    });

    it('breaks open calls off when it is dropped, and takes no more', async () => {
      const node = await startTold();
      const caller = callerOf(node);
      const open = call(caller, 'Read', { key: 'never' });
      await eventually('the request', () => node.host.counters.requests === 1);
      node.drop();
      assert.equal((await open).status, statuses.UNAVAILABLE);
      assert.equal((await call(caller, 'Read', { key: 'k' })).status, statuses.UNAVAILABLE);
    });
  });

  it('answers what it took before it ends in good order', async () => {
    const node = await startRaft();
    const caller = callerOf(node);
    const before = node.host.counters.requests;
    const writes = Array.from({ length: 20 }, (_, at) =>
      call(caller, 'Write', { key: `k${at}`, value: '1' }),
    );
    await eventually('all requests', () => node.host.counters.requests === before + writes.length);
    await node.stop();
    for (const { status, why } of await Promise.all(writes)) assert.equal(status, statuses.OK, why);
  });
});
