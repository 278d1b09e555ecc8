/** Where a client goes, and what it takes along: processes that stay at a node, operations about one, contexts. */
import assert from 'node:assert/strict';
import type { ClientOperation } from '../../harness/client.ts';
import { keysMax } from '../../harness/contexts.ts';
import type { WireOutcome } from '../../harness/world.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import {
  answer,
  Bench,
  leads,
  mismatch,
  n1,
  n2,
  n3,
  read,
  refused,
  success,
  timeout,
  write,
} from './clientBench.ts';

/** The operation at the node that the client itself would ask. */
const next = (bench: Bench, operation: ClientOperation): ClientOperation => ({
  ...operation,
  node: bench.client.entryNode(operation.readOnly),
});

describe('a client whose process stays at one node', () => {
  it('is led to the leader once, and then asks it alone', () => {
    const bench = new Bench({ sessions: 'one-node' });
    bench.play(next(bench, write), [leads(n2), success]);
    bench.play(next(bench, read), [success]);
    bench.play(next(bench, read), [timeout]);
    bench.play(next(bench, write), [refused]);
    bench.play(next(bench, read), [success]);
    assert.deepEqual(bench.asked, [n1, n2, n2, n2, n2, n2]);
  });

  it('ends its session when that node names another leader, and goes there in the next one', () => {
    for (const operation of [read, write]) {
      const bench = new Bench({ sessions: 'one-node' });
      bench.play(next(bench, write), [success]);
      const sent = bench.play(next(bench, operation), [leads(n3)]);
      assert(sent !== 'waits' && sent.type === 'fail' && sent.endsSession === true);
      bench.play(next(bench, operation), [success]);
      bench.play(next(bench, read), [success]);
      assert.deepEqual(bench.asked, [n1, n1, n3, n3]);
    }
  });

  it('takes no write elsewhere that it may have done there, and gives up unclear', () => {
    const bench = new Bench({ sessions: 'one-node' });
    bench.play(next(bench, write), [success]);
    const outcomes = [timeout, ...Array.from({ length: 60 }, () => leads(n2))];
    const result = bench.play(next(bench, write), outcomes);
    assert(result !== 'waits' && result.type === 'info');
    assert(bench.asked.every((node) => node === n1));
    bench.play(next(bench, read), [success]);
    assert.equal(bench.asked.at(-1), n2, 'another process is free again');
  });

  it('reads at home alone, and writes anywhere, where only reads stay', () => {
    const bench = new Bench({ sessions: 'reads-at-one-node' });
    bench.play(next(bench, write), [leads(n2), success]);
    bench.play(next(bench, read), [timeout]);
    bench.play(next(bench, read), [refused]);
    const sent = bench.play(next(bench, read), [leads(n3)]);
    assert(sent !== 'waits' && sent.type === 'fail' && sent.endsSession === undefined);
    bench.play(next(bench, write), [success]);
    assert.deepEqual(bench.asked, [n1, n2, n1, n1, n1, n2]);
  });
});

describe('an operation that is about one node', () => {
  const pinned = (operation: ClientOperation): ClientOperation => ({
    ...operation,
    node: n2,
    isPinned: true,
  });

  it('asks no other node, whoever leads', () => {
    const bench = new Bench();
    const result = bench.play(pinned(read), [leads(n3)]);
    assert(result !== 'waits' && result.type === 'fail' && result.node === n2);
    assert.deepEqual(bench.asked, [n2]);
    bench.play(next(bench, read), [success]);
    assert.deepEqual(bench.asked, [n2, n1], 'where other operations go is as before');
  });

  it('is repeated there alone, where it may have had an effect', () => {
    const bench = new Bench();
    const result = bench.play(pinned(write), [timeout, leads(n1), success]);
    assert(result !== 'waits' && result.type === 'ok');
    assert.deepEqual(bench.asked, [n2, n2, n2]);
  });

  it('is unclear in the end, or refused', () => {
    const careful = new Bench({ deduplicates: false });
    const unclear = careful.play(pinned(write), [timeout]);
    assert(unclear !== 'waits' && unclear.type === 'info');
    const bench = new Bench();
    const decided = bench.play(pinned(write), [mismatch]);
    assert(decided !== 'waits' && decided.type === 'fail');
  });
});

describe('contexts', () => {
  const holding = (fields: { readonly [name: string]: Json }): WireOutcome =>
    answer(200, { status: 'success', value: 1, ...fields });
  const put = (key: string, process = 4): ClientOperation => ({
    process,
    action: { kind: 'write', key, value: 1 },
    readOnly: false,
    node: n1,
  });
  const bodyOf = (bench: Bench): Json => bench.sent.at(-1)?.request.body ?? null;

  it('of a key go back with requests for that key, the newest one', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ vector_clock: { 1: 1 } })]);
    bench.play(put('k'), [holding({ vector_clock: { 1: 2 } })]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 1: 1 } });
    bench.play(put('other'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'other', value: 1 });
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 1: 2 } });
  });

  it('of a session go back with all requests, to any node', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ session: 's1' })]);
    bench.play({ ...read, node: n3 }, [holding({ session: 's2' })]);
    assert.equal(bench.sent.at(-1)?.request.path, '/get/k?session=s1');
    bench.play(put('other'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'other', value: 1, session: 's2' });
  });

  it('are those of one process', () => {
    const bench = new Bench();
    bench.play(put('k'), [holding({ vector_clock: { 1: 1 }, session: 's' })]);
    bench.play(put('k', 14), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1 });
  });

  it('are learned from the absence of a value too, and forgotten after many keys', () => {
    const bench = new Bench();
    bench.play(read, [answer(404, { error: 'deleted', vector_clock: { 2: 1 } })]);
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1, vector_clock: { 2: 1 } });
    for (let at = 0; at < keysMax; at++) bench.play(put(`k${at}`), [holding({ vector_clock: {} })]);
    bench.play(put('k'), [holding({})]);
    assert.deepEqual(bodyOf(bench), { key: 'k', value: 1 });
  });
});
