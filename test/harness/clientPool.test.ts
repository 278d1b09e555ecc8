import assert from 'node:assert/strict';
import { ClientPool } from '../../harness/clientPool.ts';
import type { RunConfig } from '../../harness/config.ts';
import { limit, list, type Invocation } from '../../harness/generator/index.ts';
import type { Op } from '../../harness/history.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import type { Workload } from '../../harness/workload.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { nodeId, type NodeId } from '../../nodes/kernel/ids.ts';
import type { Sessions } from '../../nodes/kernel/model.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import type { WireRequest } from '../../nodes/kernel/wire.ts';

const nodes = [1, 2, 3].map(nodeId);
const converges = { intervalMs: 100, deadlineMs: 1000 };

/** Sells by looking at the stock, writing what is left, and looking again; a gift is written twice. */
const shop = (operations: readonly Invocation[], final: readonly Invocation[] = []): Workload => ({
  name: 'shop',
  meaning: 'steps',
  idempotent: ['look'],
  needs: [],
  spec: 'inventory',
  generator: () => limit(operations.length, list(operations)),
  finalGenerator: () => list(final),
  action: ({ f }) => (f === 'give' ? { kind: 'write', key: 'p', value: 0 } : { kind: 'stock', key: 'p' }),
  following: ({ f }, [first, ...others]) => {
    if (f === 'look' || others.length > 1) return null;
    if (f === 'give') return others.length === 0 ? { kind: 'write', key: 'p', value: 9 } : null;
    if (others.length === 1) return { kind: 'stock', key: 'p' };
    return typeof first === 'number' && first > 0 ? { kind: 'write', key: 'p', value: first - 1 } : null;
  },
  completed: ({ f, value }, result) => (f === 'look' ? result : value),
  checker: () => null,
  always: [],
});

interface Played {
  readonly history: readonly Op[];
  readonly sent: readonly { readonly node: NodeId; readonly request: WireRequest }[];
}

/** Plays one thread's operations with these outcomes, each for the next request. */
function play(workload: Workload, outcomes: readonly WireOutcome[], sessions: Sessions = 'roaming'): Played {
  const history: Op[] = [];
  const sent: { node: NodeId; request: WireRequest }[] = [];
  let alarmNs: number | null = null;
  const pool = new ClientPool({
    config: { nodes: 3, concurrency: 1, rate: null } as RunConfig,
    nodes,
    workload,
    profile: keyValueProfile,
    deduplicates: false,
    sessions,
    converges,
    attemptTimeoutMs: 1000,
    operationTimeoutMs: 3000,
    prng: createPrng(1),
    record: (op) => history.push(op),
    send: (node, request) => sent.push({ node, request }) - 1,
    setAlarm: (_thread, atNs) => (alarmNs = atNs),
  });
  let nowNs = 0;
  let answered = 0;
  let isFinal = false;
  for (;;) {
    if (pool.dispatch(nowNs) === 'done') {
      if (isFinal) return { history, sent };
      isFinal = true;
      pool.startFinalReads();
      continue;
    }
    nowNs += 1e6;
    const outcome = outcomes[answered];
    if (answered < sent.length && outcome !== undefined) pool.onOutcome(answered++, outcome, nowNs);
    else {
      assert(alarmNs !== null, 'it waits for something');
      nowNs = alarmNs;
      pool.onAlarm(0, nowNs);
    }
  }
}

const units = (value: number): WireOutcome => ({ kind: 'answer', status: 200, body: { key: 'p', value } });
const written: WireOutcome = { kind: 'answer', status: 200, body: { status: 'success' } };
const unavailable: WireOutcome = { kind: 'answer', status: 503, body: { error: 'not now', code: 11 } };
const timeout: WireOutcome = { kind: 'timeout' };

const sale: Invocation = { f: 'sell', key: 'p', value: 1 };

describe('an operation of several actions', () => {
  const endOf = (outcomes: readonly WireOutcome[], operation = sale): string | undefined =>
    play(shop([operation]), outcomes).history.at(-1)?.type;

  it('is done when nothing follows', () => {
    assert.equal(endOf([units(0)]), 'ok');
    const { history, sent } = play(shop([sale]), [units(3), written, units(2)]);
    assert.deepEqual(
      history.map(({ type }) => type),
      ['invoke', 'ok'],
    );
    assert.deepEqual(
      sent.map(({ request: { path } }) => path),
      ['/get/p', '/put', '/get/p'],
    );
    assert.deepEqual(sent[1]?.request.body, { key: 'p', value: 2 });
    assert.equal(new Set(sent.map(({ node }) => node)).size, 1, 'all at one node');
  });

  it('fails when nothing was changed: a look that came to nothing, a change that was refused', () => {
    assert.equal(endOf([unavailable]), 'fail');
    assert.equal(endOf([timeout]), 'fail');
    assert.equal(endOf([units(3), unavailable]), 'fail');
  });

  it('is unclear when something may have been changed', () => {
    assert.equal(endOf([units(3), timeout]), 'info');
    assert.equal(endOf([units(3), written, timeout]), 'info', 'a look after a change');
    assert.equal(endOf([units(3), written, unavailable]), 'info');
    assert.equal(endOf([written, unavailable], { f: 'give', key: 'p', value: null }), 'info');
  });
});

describe('operations that name a node', () => {
  it('ask that one alone, or that one first', () => {
    const look = { f: 'look', key: 'p', value: null };
    const away: WireOutcome = { kind: 'answer', status: 421, body: { error: 'not me', leader: 'n1' } };
    const pinned = play(shop([{ ...look, node: nodeId(3) }]), [away]);
    assert.deepEqual([pinned.sent.map(({ node }) => node), pinned.history.at(-1)?.type], [['n3'], 'fail']);
    const entering = play(shop([{ ...look, entry: nodeId(3) }]), [away, units(1)]);
    assert.deepEqual(
      [entering.sent.map(({ node }) => node), entering.history.at(-1)?.type],
      [['n3', 'n1'], 'ok'],
    );
    assert.deepEqual(
      pinned.history.map(({ node }) => node),
      ['n3', 'n3'],
    );
  });

  it('may end their session', () => {
    const look = { f: 'look', key: 'p', value: null };
    const { history } = play(shop([{ ...look, endsSession: true }, look]), [units(1), units(1)]);
    assert.deepEqual(
      history.map(({ process }) => process),
      [0, 0, 1, 1],
    );
  });
});

describe('final reads at every node', () => {
  it('are made by processes of their own where sessions stay', () => {
    const look = { f: 'look', key: 'p', value: null };
    const processes = (sessions: Sessions): Op['process'][] =>
      play(shop([look], [look]), [units(1), units(1)], sessions).history.map(({ process }) => process);
    assert.deepEqual(processes('one-node'), [0, 0, 1, 1]);
    assert.deepEqual(processes('reads-at-one-node'), [0, 0, 1, 1]);
    assert.deepEqual(processes('roaming'), [0, 0, 0, 0]);
  });
});
