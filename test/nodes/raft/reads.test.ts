/** Reads that bypass the log (§6.4), and what each option needs for them. */
import assert from 'node:assert/strict';
import { n1, n2, n3, ofType, Stepper, to } from './stepper.ts';

/** A cluster that n1 leads, with x = 1. */
function led(options: Record<string, string | number> = {}, bug?: string): Stepper {
  const cluster = new Stepper(3, { options: { checkQuorum: 'off', ...options }, ...(bug && { bug }) });
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  return cluster;
}

/** n1 is cut off, still believes to lead, and n2 sets x to 2. */
function deposed(options: Record<string, string | number> = {}, bug?: string): Stepper {
  const cluster = led(options, bug);
  cluster.isolate(n1);
  cluster.elect(n2);
  cluster.put(n2, 'x', 2);
  cluster.settle();
  assert.equal(cluster.role(n1), 'leader', 'it does not know better');
  return cluster;
}

describe('raft reads (§6.4)', () => {
  describe('read-index', () => {
    it('are answered after a round of heartbeats that begins after they came', () => {
      const cluster = led();
      const read = cluster.get(n1, 'x');
      assert.equal(cluster.valueRead(read), undefined);
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });

    it('are answered at once by a leader that is a majority by itself', () => {
      const cluster = new Stepper(1);
      cluster.elect(n1);
      cluster.put(n1, 'x', 1);
      const [read, another] = [cluster.get(n1, 'x'), cluster.get(n1, 'x')];
      assert.deepEqual([cluster.valueRead(read), cluster.valueRead(another)], [1, 1]);
    });

    it('are not confirmed by answers to an earlier round', () => {
      const cluster = led();
      cluster.fire(n1, 'heartbeat');
      cluster.deliver(ofType('append-entries'));
      const read = cluster.get(n1, 'x');
      cluster.drop(ofType('append-entries'));
      cluster.deliver(ofType('appended'));
      assert.equal(cluster.valueRead(read), undefined, 'those answers left before the read came');
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });

    it('are not confirmed by an answer to an earlier leadership of the same node', () => {
      // Rounds of term 1 have high numbers; one of them arrives when n1 leads again, in term 3.
      const cluster = led();
      for (let beat = 0; beat < 50; beat++) {
        cluster.fire(n1, 'heartbeat');
        if (beat < 49) cluster.settle();
      }
      const late = cluster.letters;
      cluster.letters = [];
      cluster.elect(n2);
      cluster.elect(n1);
      cluster.isolate(n1);
      const read = cluster.get(n1, 'x');
      cluster.drop();
      cluster.heal();
      for (const letter of late) cluster.hand(letter);
      cluster.deliver(ofType('appended'));
      assert.equal(cluster.valueRead(read), undefined);
    });

    it('share rounds: a hundred reads cost two', () => {
      const cluster = led();
      const reads = Array.from({ length: 100 }, () => cluster.get(n1, 'x'));
      assert.equal(cluster.letters.filter(to(n2)).length, 2);
      cluster.settle();
      for (const read of reads) assert.equal(cluster.valueRead(read), 1);
    });

    it('wait until an entry of the leader’s own term is committed', () => {
      const cluster = led();
      cluster.wait(1000);
      cluster.fire(n2, 'election');
      cluster.settle(ofType('request-vote', 'vote'));
      assert.equal(cluster.role(n2), 'leader');
      const read = cluster.get(n2, 'x');
      // The round of the read is confirmed, but nobody has taken the no-op.
      cluster.drop(({ message }) => message.type === 'append-entries' && message.entries.length > 0);
      cluster.deliver(ofType('append-entries'));
      cluster.deliver(ofType('appended'));
      assert.equal(cluster.valueRead(read), undefined);
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });

    it('are never answered by a deposed leader, which says so in the end', () => {
      const cluster = deposed();
      const read = cluster.get(n1, 'x');
      cluster.run(2000);
      const response = cluster.response(read);
      assert.equal(response?.type === 'refused' && response.error, 'temporarily-unavailable');
    });
  });

  describe('lease (§6.4.1)', () => {
    const lease = { reads: 'lease', electionTimeoutMs: 300, heartbeatMs: 50 };

    it('answers at once within the lease', () => {
      const cluster = led(lease);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), 1);
      assert.equal(cluster.letters.length, 0);
    });

    it('starts when the round was sent, and is shorter than the shortest election timeout', () => {
      const cluster = led(lease);
      cluster.wait(1000);
      cluster.fire(n1, 'heartbeat');
      cluster.wait(100);
      cluster.settle();
      cluster.wait(0.9 * 300 - 100 - 1);
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), 1);
      cluster.wait(2);
      const late = cluster.get(n1, 'x');
      assert.equal(cluster.valueRead(late), undefined);
      cluster.settle();
      assert.equal(cluster.valueRead(late), 1, 'a round of its own confirms it');
    });

    it('holds while nobody else can be elected, and no longer', () => {
      const cluster = led(lease);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.isolate(n1);
      cluster.wait(0.9 * 300 - 1);
      cluster.fire(n2, 'election');
      cluster.settle();
      assert.equal(cluster.role(n2), 'pre-candidate', 'n3 has heard of a leader');
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), 1);
      cluster.elect(n2);
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), undefined);
    });

    it('covers no read that has to wait', () => {
      const cluster = led(lease);
      cluster.wait(1000);
      cluster.fire(n2, 'election');
      cluster.settle(ofType('request-vote', 'vote'));
      // A round is confirmed, so there is a lease, but the no-op is not committed.
      cluster.drop(({ message }) => message.type === 'append-entries');
      cluster.fire(n2, 'heartbeat');
      cluster.deliver(({ message }) => message.type === 'append-entries' && message.entries.length > 0);
      cluster.drop(ofType('appended'));
      const read = cluster.get(n2, 'x');
      assert.equal(cluster.valueRead(read), undefined);
      cluster.drop();
      cluster.wait(1000);
      const message = { type: 'appended', term: 2, round: 0, success: true, matchIndex: 3 } as const;
      cluster.hand({ from: n3, to: n2, message });
      assert.equal(cluster.valueRead(read), undefined, 'the entry is committed, the lease long over');
    });

    it('ends with a transfer, for the rest of the term', () => {
      const cluster = led(lease);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.request(n1, { type: 'transfer', to: n2 });
      cluster.drop();
      cluster.run(1000);
      assert.equal(cluster.role(n1), 'leader');
      const read = cluster.get(n1, 'x');
      assert.equal(cluster.valueRead(read), undefined, 'TimeoutNow may still be under way');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });

    it('is kept over a restart of those that gave it: they vote for nobody for as long', () => {
      const cluster = led(lease);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.isolate(n1);
      cluster.restart(n2, n3);
      cluster.fire(n2, 'election');
      cluster.settle();
      assert.equal(cluster.role(n2), 'pre-candidate');
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), 1);
    });
  });

  describe('leader', () => {
    it('answers from the state of whoever believes to lead, though it may be old', () => {
      const cluster = deposed({ reads: 'leader' });
      assert.equal(cluster.valueRead(cluster.get(n1, 'x')), 1);
      assert.equal(cluster.valueRead(cluster.get(n2, 'x')), 2);
    });

    it('does not answer before an entry of its own term is committed', () => {
      const cluster = led({ reads: 'leader' });
      cluster.wait(1000);
      cluster.fire(n2, 'election');
      cluster.settle(ofType('request-vote', 'vote'));
      const read = cluster.get(n2, 'x');
      assert.equal(cluster.valueRead(read), undefined);
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });
  });

  describe('follower', () => {
    it('answers on every node, from what it has applied', () => {
      const cluster = led({ reads: 'follower' });
      assert.equal(cluster.valueRead(cluster.get(n3, 'x')), null, 'the commit index is not here yet');
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(cluster.get(n3, 'x')), 1);
    });

    it('does not go back in a restart', () => {
      const cluster = led({ reads: 'follower' });
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(cluster.get(n3, 'x')), 1);
      cluster.restart(n3);
      assert.equal(cluster.valueRead(cluster.get(n3, 'x')), 1);
    });

    it('journals the commit index only when a read or an entry needs it', () => {
      const cluster = led({ reads: 'follower' });
      const length = (): number => cluster.journal(n3).length;
      const before = length();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(length(), before);
      cluster.get(n3, 'x');
      cluster.get(n3, 'x');
      assert.equal(length(), before + 1);
    });
  });
});
