import assert from 'node:assert/strict';
import { meaningOf, type Meaning } from '../../../harness/meaning.ts';
import { resultOf, toWire, type ApiProfile } from '../../../harness/profile.ts';
import { apiProfileOf, clientProfileOf } from '../../../harness/profiles/index.ts';
import type { Action, ActionKind } from '../../../harness/workload.ts';
import { fieldsOf, messageOf, type Fields } from '../../../nodes/host/grpc/messages.ts';
import { replyOf, requestOf } from '../../../nodes/host/grpc/spelling.ts';
import { answerOf } from '../../../nodes/host/grpc/statuses.ts';
import { loadService } from '../../../nodes/host/kvProto.ts';
import { models } from '../../../nodes/index.ts';
import { errorKinds } from '../../../nodes/kernel/errors.ts';
import type { NodeModel, OptionValues } from '../../../nodes/kernel/model.ts';
import { defaultOptions } from '../../../nodes/kernel/options.ts';
import { rpcPath, rpcs, type Rpc } from '../../../nodes/kernel/transport.ts';
import type { Json, WireAnswer } from '../../../nodes/kernel/wire.ts';

const service = loadService();
const rpcAt = (path: string): Rpc | undefined => rpcs.find((rpc) => rpcPath(rpc) === path);

const actions: readonly Action[] = [
  { kind: 'read', key: 'k/1 é' },
  { kind: 'write', key: 'k', value: { a: [1, null] } },
  { kind: 'cas', key: 'k', from: null, to: 2 },
  { kind: 'delete', key: 'k' },
  { kind: 'txn', txn: [['r', 'k', null]] },
  { kind: 'add', key: 'k', element: 1 },
  { kind: 'elements', key: 'k' },
  { kind: 'increment', key: 'k', amount: -2 },
  { kind: 'count', key: 'k' },
  { kind: 'dequeue', key: 'k' },
  { kind: 'acquire', key: 'k', owner: 'c1' },
  { kind: 'release', key: 'k', owner: 'c1' },
  { kind: 'transfer', from: 'a', to: 'b', amount: 5 },
  { kind: 'balances', accounts: ['a', 'b'] },
  { kind: 'sell', key: 'k', quantity: 2, region: 'sur' },
  { kind: 'stock', key: 'k' },
];

interface Spoken {
  readonly model: NodeModel;
  readonly options: OptionValues;
  readonly http: ApiProfile;
  readonly grpc: ApiProfile;
}

const spoken: readonly Spoken[] = models.map((model) => {
  const type = model.name === 'crdt' ? { type: 'lww-register' } : {};
  const options = { ...defaultOptions(model), ...type, transport: 'grpc' };
  return { model, options, http: apiProfileOf(model, options), grpc: clientProfileOf(model, options) };
});

const knows = (profile: ApiProfile, kind: ActionKind): boolean => profile.operations[kind] !== undefined;

/** The request that reaches the node's API when the client asks over gRPC. */
function arrives(
  { model, grpc }: Spoken,
  action: Action,
  contexts: Fields = {},
): { method: string; path: string; body: Json } {
  const { path, body } = toWire(grpc, action, undefined, contexts);
  const rpc = rpcAt(path);
  assert(rpc !== undefined, path);
  const method = service[rpc];
  const message = method.requestDeserialize(method.requestSerialize(messageOf(body as Fields)));
  const request = requestOf(model, rpc, fieldsOf(message));
  assert(!('status' in request), JSON.stringify(request));
  return { ...request, body: request.body === '' ? null : (JSON.parse(request.body) as Json) };
}

/** What the client makes of an answer of the node's API that came over gRPC. */
function returns({ model, grpc }: Spoken, action: Action, answer: WireAnswer): WireAnswer {
  const rpc = rpcAt(toWire(grpc, action).path);
  assert(rpc !== undefined);
  const reply = replyOf(model.api, answer);
  if ('refusal' in reply) return answerOf(reply.refusal);
  const method = service[rpc];
  const message = method.responseDeserialize(method.responseSerialize(reply.message));
  return { status: 200, body: fieldsOf(message) };
}

/** Without the words for people, which name the status. */
function worth(meaning: Meaning): Json {
  return meaning.kind === 'ok'
    ? { ok: meaning.result }
    : {
        kind: meaning.kind,
        ...(meaning.kind === 'refused' && { decided: meaning.decided, leader: meaning.leader ?? null }),
      };
}

describe('the gRPC service as an API profile', () => {
  it('asks the node for the same as the profile over HTTP, whatever the operation', () => {
    let asked = 0;
    for (const each of spoken)
      for (const action of actions.filter(({ kind }) => knows(each.grpc, kind))) {
        const { method, path, body = null } = toWire(each.http, action);
        assert.deepEqual(arrives(each, action), { method, path, body }, `${each.model.name} ${action.kind}`);
        asked++;
      }
    assert.ok(asked > 30, `${asked} operations`);
  });

  it('knows whatever a key–value model knows, and of other models what is a register', () => {
    for (const { model, http, grpc } of spoken) {
      const missing = (Object.keys(http.operations) as ActionKind[]).filter((kind) => !knows(grpc, kind));
      if (model.api !== 'crdt') assert.deepEqual(missing, [], model.name);
      for (const kind of ['read', 'write'] as const) assert.ok(knows(grpc, kind), `${model.name} ${kind}`);
    }
    const counter = models.find(({ name }) => name === 'crdt');
    assert(counter !== undefined);
    const profile = clientProfileOf(counter, {
      ...defaultOptions(counter),
      type: 'g-counter',
      transport: 'grpc',
    });
    assert.deepEqual(profile.operations, {});
  });

  it('gives contexts back in the member in which each model wants them', () => {
    const given = {
      eventual: { context: '{"1":2}' },
      causal: { session: '1:2' },
      crdt: { context: '[0,1]' },
    } as const;
    const members = {
      eventual: { vector_clock: { '1': 2 } },
      causal: { session: '1:2' },
      crdt: { context: [0, 1] },
    };
    for (const each of spoken) {
      const { name } = each.model;
      if (!Object.hasOwn(given, name)) continue;
      const { body } = arrives(
        each,
        { kind: 'write', key: 'k', value: 1 },
        given[name as keyof typeof given],
      );
      for (const [member, value] of Object.entries(members[name as keyof typeof members]))
        assert.deepEqual((body as Record<string, Json>)[member], value, name);
    }
  });

  it('means the same of every error, for every operation', () => {
    const answers: WireAnswer[] = [
      ...errorKinds.map(({ code, status }) => ({ status, body: { error: 'why', code } })),
      { status: 421, body: { error: 'not the leader', code: 11, leader: 'n2' } },
      { status: 503, body: { error: 'no quorum', code: 0 } },
      { status: 404, body: { error: 'no such route', code: 10 } },
      { status: 200, body: { status: 'outdated' } },
    ];
    for (const each of spoken)
      for (const action of actions.filter(({ kind }) => knows(each.grpc, kind)))
        for (const answer of answers) {
          const direct = meaningOf(each.http, action, { kind: 'answer', ...answer });
          const called = meaningOf(each.grpc, action, { kind: 'answer', ...returns(each, action, answer) });
          assert.deepEqual(
            worth(called),
            worth(direct),
            `${each.model.name} ${action.kind} ${JSON.stringify(answer)}`,
          );
        }
  });

  it('finds results where the messages have them', () => {
    const of = (name: string): Spoken => {
      const found = spoken.find(({ model }) => model.name === name);
      assert(found !== undefined);
      return found;
    };
    const result = (name: string, action: Action, body: Json): Json | symbol =>
      resultOf(of(name).grpc, action, returns(of(name), action, { status: 200, body }).body);
    assert.deepEqual(result('raft', { kind: 'read', key: 'k' }, { key: 'k', value: [1] }), [1]);
    assert.deepEqual(
      result('eventual', { kind: 'read', key: 'k' }, { key: 'k', values: [1, 2], vector_clock: { '1': 1 } }),
      { values: [1, 2] },
    );
    const txn = [
      ['cas', 'k', [null, 'c1']],
      ['add', 'k/token', 1, 0],
      ['r', 'k/token', 7],
    ];
    assert.deepEqual(
      result('raft', { kind: 'acquire', key: 'k', owner: 'c1' }, { status: 'success', txn }),
      7,
    );
    assert.deepEqual(
      result(
        'raft',
        { kind: 'balances', accounts: ['a', 'b'] },
        {
          txn: [
            ['r', 'a', 3],
            ['r', 'b', null],
          ],
        },
      ),
      { a: 3, b: null },
    );
  });

  it('asks who leads, where somebody does', () => {
    for (const { model, grpc } of spoken) {
      const expected =
        model.leaderless === true ? undefined : { method: 'POST', path: '/ordeal.KeyValue/Leader' };
      assert.deepEqual(grpc.leader, expected, model.name);
    }
  });
});
