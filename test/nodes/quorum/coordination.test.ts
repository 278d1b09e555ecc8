/** Reads and writes by quorums, after the papers: what each phase waits for, and what a client is told. */
import assert from 'node:assert/strict';
import type { Message, Timestamp } from '../../../nodes/quorum/messages.ts';
import { from, n1, n2, n3, n4, n5, ofType, Stepper, to } from './stepper.ts';

const timestampOf = (cluster: Stepper, key: string): Timestamp | undefined => cluster.newest(key)?.timestamp;

/** x is 1 at n1 and n2, and n3 has not heard of it. */
function laggingThird(options = {}): Stepper {
  const cluster = new Stepper(3, { options: { handoff: 'off', ...options } });
  cluster.isolate(n3);
  const write = cluster.write(n1, 'x', 1);
  cluster.settle();
  assert.equal(cluster.response(write)?.type, 'written');
  cluster.run(1000);
  cluster.heal();
  return cluster;
}

describe('a write (Lynch & Shvartsman 1997)', () => {
  it('first asks for the highest timestamp, and issues a higher one with its own number', () => {
    const cluster = new Stepper(3);
    cluster.put(n3, 'x', 'old', [7, 3]);
    const write = cluster.write(n2, 'x', 'new');
    assert.deepEqual(
      cluster.letters.map(({ message }) => message.type),
      ['read', 'read'],
    );
    cluster.settle();
    const response = cluster.response(write);
    assert(response?.type === 'written');
    // It has asked two of three: n2 itself, and whoever answered first.
    assert.equal((response.version.timestamp as [number, number])[1], 2);
    cluster.settle();
    const again = cluster.write(n3, 'x', 'newer');
    cluster.settle();
    assert.equal(cluster.response(again)?.type, 'written');
    assert.deepEqual(timestampOf(cluster, 'x'), [8, 3]);
  });

  it('is acknowledged when w replicas hold it, and not before', () => {
    const cluster = new Stepper(3);
    const write = cluster.write(n1, 'x', 1);
    cluster.settle(ofType('read', 'version'));
    assert.equal(cluster.response(write), null, 'its own disk is one of two');
    cluster.deliver(to(n2));
    assert.equal(cluster.response(write), null, 'n2 holds it, but nobody knows');
    cluster.deliver(from(n2));
    assert.equal(cluster.response(write)?.type, 'written');
    assert.deepEqual(cluster.violations, []);
  });

  it('gives two writes at one coordinator different timestamps, however they overlap', () => {
    const cluster = new Stepper(3);
    const writes = [cluster.write(n1, 'x', 1), cluster.write(n1, 'x', 2), cluster.write(n1, 'x', 3)];
    cluster.settle();
    const timestamps = writes.map((id) => {
      const response = cluster.response(id);
      return response?.type === 'written' ? JSON.stringify(response.version.timestamp) : '';
    });
    assert.equal(new Set(timestamps).size, 3);
    assert.deepEqual(cluster.violations, []);
  });

  it('does not use a timestamp again after a restart, be the coordinator a replica of the key or not', () => {
    for (const key of ['a', 'b', 'c', 'd']) {
      const cluster = new Stepper(4, { options: { n: 2, r: 1, w: 1 } });
      cluster.write(n1, key, 1);
      cluster.settle(ofType('read', 'version'));
      cluster.drop();
      cluster.restart(n1);
      cluster.write(n1, key, 2);
      cluster.settle();
      assert.deepEqual(cluster.violations, []);
      assert.equal(cluster.newest(key)?.value, 2);
    }
  });

  it('is refused for sure when no quorum told its timestamps: nothing was started', () => {
    const cluster = new Stepper(3);
    cluster.isolate(n1);
    const write = cluster.write(n1, 'x', 1);
    cluster.run(1000);
    const response = cluster.response(write);
    assert(response?.type === 'no-quorum');
    assert.equal(response.error, 'temporarily-unavailable');
    assert.equal(cluster.newest('x'), null);
  });

  it('is left open when it was issued and found no quorum: it may take effect', () => {
    const cluster = new Stepper(3);
    const write = cluster.write(n1, 'x', 1);
    cluster.settle(ofType('read', 'version'));
    cluster.isolate(n1);
    cluster.run(1000);
    const response = cluster.response(write);
    assert(response?.type === 'no-quorum');
    assert.equal(response.error, 'timeout');
    assert.equal(cluster.held(n1, 'x')?.value, 1);
    cluster.heal();
    cluster.run(1000);
    assert.equal(cluster.held(n3, 'x')?.value, 1, 'and so it does');
  });

  it('asks again where no answer came', () => {
    const cluster = new Stepper(3);
    const write = cluster.write(n1, 'x', 1);
    cluster.drop();
    cluster.run(200);
    assert.equal(cluster.response(write)?.type, 'written');
  });
});

describe('a read (Attiya, Bar-Noy & Dolev 1995)', () => {
  it('returns the newest of what r replicas hold', () => {
    const cluster = laggingThird();
    const read = cluster.read(n3, 'x');
    cluster.settle();
    assert.equal(cluster.valueRead(read), 1);
  });

  it('writes back what it returns, and answers when w replicas hold it', () => {
    const cluster = new Stepper(3, { options: { handoff: 'off' } });
    cluster.put(n1, 'x', 1, [1, 1]);
    const read = cluster.read(n2, 'x');
    cluster.settle(ofType('read'));
    cluster.deliver(from(n1));
    assert.equal(cluster.held(n2, 'x')?.value, 1, 'at its own replica, at once');
    assert.equal(cluster.valueRead(read), 1, 'which makes two');
    assert.deepEqual(cluster.violations, []);
  });

  it('does not answer while fewer than w replicas are known to hold it', () => {
    const cluster = new Stepper(3, { options: { handoff: 'off', r: 1, w: 3 } });
    cluster.put(n1, 'x', 1, [1, 1]);
    cluster.isolate(n3);
    const read = cluster.read(n1, 'x');
    cluster.settle();
    assert.equal(cluster.response(read), null);
    cluster.run(1000);
    const response = cluster.response(read);
    assert.equal(response?.type === 'no-quorum' && response.error, 'temporarily-unavailable');
  });

  it('answers that there is nothing, without repair', () => {
    const cluster = new Stepper(3);
    const read = cluster.read(n1, 'x');
    cluster.settle();
    assert.equal(cluster.valueRead(read), null);
    assert(cluster.nodes.every((node) => cluster.status(node).coordinating === 0));
  });

  it('repairs afterwards with readRepair=async, and does not wait for it', () => {
    const cluster = laggingThird({ readRepair: 'async' });
    const read = cluster.read(n3, 'x');
    cluster.settle(ofType('read'));
    cluster.deliver(from(n1));
    assert.equal(cluster.valueRead(read), 1);
    cluster.settle();
    assert.equal(cluster.held(n3, 'x')?.value, 1);
  });

  it('repairs nothing with readRepair=off', () => {
    const cluster = laggingThird({ readRepair: 'off' });
    const read = cluster.read(n1, 'x');
    cluster.run(1000);
    assert.equal(cluster.valueRead(read), 1);
    assert.equal(cluster.held(n3, 'x'), null);
  });

  it('counts no answer to an operation of an earlier life', () => {
    const cluster = new Stepper(3, { options: { readRepair: 'off' } });
    cluster.read(n1, 'x');
    cluster.deliver(ofType('read'));
    const [old] = cluster.letters.filter(to(n1));
    assert(old);
    cluster.drop();
    cluster.restart(n1);
    cluster.isolate(n1);
    cluster.write(n2, 'x', 1);
    cluster.settle();
    cluster.heal();
    const read = cluster.read(n1, 'x');
    cluster.hand(old);
    assert.equal(cluster.response(read), null);
  });
});

describe('new–old inversion', () => {
  /** A write reaches one replica; a first read sees it there, a second one asks the other two. */
  function seenAndGone(readRepair: string): unknown[] {
    const cluster = new Stepper(3, { options: { readRepair, handoff: 'off' } });
    cluster.put(n1, 'x', 'new', [1, 1]);
    const first = cluster.read(n1, 'x');
    cluster.deliver((letter) => ofType('read')(letter) && to(n2)(letter));
    cluster.deliver(from(n2));
    // With sync repair it takes one more exchange.
    cluster.deliver((letter) => ofType('write')(letter) && to(n2)(letter) && readRepair === 'sync');
    cluster.deliver((letter) => ofType('written')(letter));
    cluster.drop();
    const second = cluster.read(n3, 'x');
    cluster.deliver((letter) => ofType('read')(letter) && to(n2)(letter));
    cluster.deliver(from(n2));
    return [cluster.valueRead(first), cluster.valueRead(second)];
  }

  it('is what write-back is for: seen once, seen ever after', () => {
    assert.deepEqual(seenAndGone('sync'), ['new', 'new']);
  });

  it('happens without it', () => {
    assert.deepEqual(seenAndGone('off'), ['new', null]);
  });
});

describe('levels (Dynamo’s r and w, request by request)', () => {
  it('ONE is content with the nearest replica', () => {
    const cluster = new Stepper(3);
    cluster.isolate(n1);
    const write = cluster.write(n1, 'x', 1, 'ONE');
    assert.equal(cluster.response(write)?.type, 'written');
    const read = cluster.read(n1, 'x', 'ONE');
    assert.equal(cluster.valueRead(read), 1);
  });

  it('ALL waits for every replica', () => {
    const cluster = new Stepper(3);
    cluster.crash(n3);
    const write = cluster.write(n1, 'x', 1, 'ALL');
    cluster.run(1000);
    assert.equal(cluster.response(write)?.type, 'no-quorum');
    cluster.start(n3);
    const again = cluster.write(n1, 'x', 1, 'ALL');
    cluster.settle();
    assert.equal(cluster.response(again)?.type, 'written');
  });

  it('the level of the node counts where none is given', () => {
    const cluster = new Stepper(3, { options: { level: 'ONE' } });
    cluster.isolate(n1);
    assert.equal(cluster.response(cluster.write(n1, 'x', 1))?.type, 'written');
  });
});

describe('any node coordinates any key', () => {
  it('also keys of which it is no replica', () => {
    const cluster = new Stepper(5, { options: { n: 3 } });
    for (let at = 0; at < 20; at++) {
      const key = `k${at}`;
      for (const node of [n1, n4, n5]) {
        const write = cluster.write(node, key, `${node} ${at}`);
        cluster.settle();
        assert.equal(cluster.response(write)?.type, 'written');
        const read = cluster.read(n2, key);
        cluster.settle();
        assert.equal(cluster.valueRead(read), `${node} ${at}`);
      }
      assert.equal(cluster.nodes.filter((node) => cluster.held(node, key) !== null).length, 3);
    }
    assert.deepEqual(cluster.violations, []);
  });
});

describe('nothing stays open', () => {
  it('every request is answered in the end, and nothing is kept of it', () => {
    const cluster = new Stepper(3);
    cluster.isolate(n1);
    cluster.isolate(n2);
    const requests = cluster.nodes.flatMap((node) => [cluster.write(node, 'x', 1), cluster.read(node, 'x')]);
    cluster.run(600);
    for (const id of requests) assert(cluster.response(id), `request ${id}`);
    for (const node of cluster.nodes) assert.equal(cluster.status(node).coordinating, 0);
  });

  it('refuses what is too much', () => {
    const cluster = new Stepper(3);
    for (let at = 0; at < 10_000; at++) cluster.read(n1, 'x');
    const response = cluster.response(cluster.read(n1, 'x'));
    assert.equal(response?.type === 'no-quorum' && response.error, 'temporarily-unavailable');
  });

  it('takes old and foreign messages without harm', () => {
    const cluster = new Stepper(3);
    const strays: Message[] = [
      { type: 'version', operation: 1, key: 'x', version: null },
      { type: 'written', key: 'x', timestamp: [1, 1], status: 'success' },
      { type: 'summaries', leaves: [1], summaries: [] },
      { type: 'versions', versions: [], wanted: ['x'] },
      { type: 'compare', level: 0, digests: [[0, 1]] },
    ];
    for (const message of strays) cluster.hand({ from: n2, to: n1, message });
    assert.deepEqual(cluster.letters, []);
  });
});
