/** Workloads about the order of operations (sessions, leaders, transactions) on stores with one mistake each. */
import assert from 'node:assert/strict';
import type { Op } from '../../harness/history.ts';
import type { Guarantee } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { applied, runWorkload, type Mistake } from './atomicStore.ts';
import { finders, named } from './finders.ts';

describe('workload session', () => {
  const session = named('session');
  const claim: readonly Guarantee[] = [
    'read-your-writes',
    'monotonic-reads',
    'monotonic-writes',
    'writes-follow-reads',
  ];

  it('finds reads that go back, and reads that miss what their process wrote', () => {
    const stale: Mistake = (action, data, prng, process) => {
      if (action.kind === 'write') {
        data.set(`${action.key} before`, data.get(action.key) ?? null);
        data.set(`${action.key} writer`, process);
      }
      if (action.kind !== 'read') return null;
      const isOwn = data.get(`${action.key} writer`) === process;
      return prng.chance(isOwn ? 0.3 : 0.05) ? { result: data.get(`${action.key} before`) ?? null } : null;
    };
    const found = finders(session, stale, claim);
    for (const level of ['monotonic-reads', 'read-your-writes']) assert(found.includes(level), found.join());
  });

  it('finds writes that take effect after those that followed them', () => {
    const delayed: Mistake = (action, data, prng) => {
      if (action.kind !== 'write' && action.kind !== 'read') return null;
      const [value, left] = (data.get(`${action.key} late`) ?? [null, 0]) as [Json, number];
      if (left > 1) data.set(`${action.key} late`, [value, left - 1]);
      else if (left === 1) {
        data.set(action.key, value);
        data.delete(`${action.key} late`);
      }
      if (action.kind === 'read' || left > 0 || prng.chance(0.7)) return null;
      data.set(`${action.key} late`, [action.value, 20]);
      return { result: null };
    };
    assert(finders(session, delayed, claim).includes('monotonic-writes'));
  });

  it('finds values that come back after somebody saw and replaced them', () => {
    const returning: Mistake = (action, data, prng) => {
      if (action.kind !== 'write' && action.kind !== 'read') return null;
      const [value, left] = (data.get(`${action.key} old`) ?? [null, 0]) as [Json, number];
      if (left > 1) data.set(`${action.key} old`, [value, left - 1]);
      else if (left === 1) {
        data.set(action.key, value);
        data.delete(`${action.key} old`);
      }
      if (action.kind === 'write' && left === 0 && prng.chance(0.3))
        data.set(`${action.key} old`, [data.get(action.key) ?? null, 10]);
      return null;
    };
    assert(finders(session, returning, claim).includes('writes-follow-reads'));
    assert(finders(session, returning, ['ccv']).includes('ccv'));
  });

  it('goes from node to node, unless the claim is made for processes that stay', () => {
    const entries = (sessions?: 'one-node'): Set<unknown> => {
      const generator = session.generator({ nodes: 3, concurrency: 10, ...(sessions && { sessions }) });
      const { dispatches } = runWorkload(session, { generator, nodes: 3, durationMs: 200 });
      return new Set(
        dispatches.filter(({ process }) => process === 0).map(({ invocation }) => invocation.entry),
      );
    };
    assert.deepEqual([...entries()].sort(), ['n1', 'n2', 'n3']);
    assert.deepEqual([...entries('one-node')], [undefined]);
  });
});

describe('workload leader', () => {
  it('finds a term with two leaders', () => {
    const split: Mistake = ({ kind }, _data, prng) =>
      kind === 'leader' ? { result: { leader: prng.chance(0.01) ? 'n2' : 'n1', term: 4 } } : null;
    assert.deepEqual(finders(named('leader'), split), ['leader-terms']);
  });

  it('asks every node', () => {
    const { dispatches, finalReads } = runWorkload(named('leader'), { nodes: 3, durationMs: 100 });
    const nodes = dispatches.map(({ invocation: { node } }) => node);
    assert.deepEqual([...new Set(nodes)].sort(), ['n1', 'n2', 'n3']);
    assert.equal(finalReads.dispatches.length, 3);
  });
});

describe('workload list-append', () => {
  const listAppend = named('list-append');

  it('finds appends that were lost, and transactions that read the past', () => {
    const lost: Mistake = (action, data, prng) => {
      if (action.kind !== 'txn' || prng.chance(0.97)) return null;
      const before = new Map(data);
      const answer = applied(action, data);
      for (const key of data.keys()) data.set(key, before.get(key) ?? []);
      return answer;
    };
    const stale: Mistake = (action, data, prng) => {
      if (action.kind !== 'txn' || prng.chance(0.97)) return null;
      const past = new Map(
        [...data].map(([key, list]): [string, Json] => [key, (list as Json[]).slice(0, -1)]),
      );
      return action.txn.every((micro) => (micro as Json[])[0] === 'r') ? applied(action, past) : null;
    };
    for (const mistake of [lost, stale])
      assert.deepEqual(finders(listAppend, mistake), ['strict-serializable']);
  });

  it('reads all keys in the end, and appends every element to its key once', () => {
    const run = runWorkload(listAppend, { durationMs: 500, crashRatio: 0.2 });
    const micros = (history: readonly Op[], type: Op['type']): Json[][] =>
      history.flatMap((op) => (op.type === type ? (op.value as Json[][]) : []));
    const appended = micros(run.history, 'invoke').filter(([f]) => f === 'append');
    assert.equal(
      new Set(appended.map(([, key, value]) => JSON.stringify([key, value]))).size,
      appended.length,
    );
    const used = new Set(micros(run.history, 'invoke').map(([, key]) => key));
    const read = micros(run.finalReads.history, 'ok').map(([, key]) => key);
    assert.deepEqual(new Set(read), used);
  });
});
