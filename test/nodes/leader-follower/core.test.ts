/** The protocol, step by step. */
import assert from 'node:assert/strict';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import { n1, n2, n3, n4, n5, Stepper } from './stepper.ts';

const failover = { failover: 'highest-log' } as const;

/** Which node leads, and in which epoch; of several the latest. */
function leaderOf(cluster: Stepper, among = cluster.nodes): string {
  const leaders = among
    .map((node) => ({ node, ...cluster.status(node) }))
    .filter(({ role }) => role === 'leader');
  const latest = leaders.sort((left, right) => right.epoch - left.epoch)[0];
  return latest === undefined ? 'nobody' : `${latest.node} in ${latest.epoch}`;
}

function leaderNode(cluster: Stepper, among = cluster.nodes): (typeof cluster.nodes)[number] {
  const name = leaderOf(cluster, among).split(' ', 1)[0];
  const node = cluster.nodes.find((candidate) => candidate === name);
  assert(node, 'nobody leads');
  return node;
}

describe('leader-follower', () => {
  describe('replication', () => {
    for (const [ack, confirmations] of [
      ['none', 0],
      ['1', 1],
      ['majority', 2],
      ['3', 3],
      ['all', 4],
    ] as const) {
      it(`answers a write after ${confirmations} of four followers have it, with ack=${ack}`, () => {
        for (const options of [{ ack }, { ack, ...failover }] as OptionValues[]) {
          const cluster = new Stepper(5, options);
          cluster.run(100);
          const id = cluster.put(n1, 'x', 1);
          const followers = [n2, n3, n4, n5];
          for (let confirmed = 0; confirmed < confirmations; confirmed++) {
            assert.equal(cluster.outcome(id), null);
            // The follower, and then the leader with its confirmation.
            cluster.deliver(({ to }) => to === followers[confirmed]);
            cluster.deliver(({ from }) => from === followers[confirmed]);
          }
          assert.equal(cluster.outcome(id), 'written');
          assert.deepEqual(cluster.violations, []);
        }
      });
    }

    it('does not count a confirmation that comes twice', () => {
      const cluster = new Stepper(5, { ack: '2' });
      cluster.run(100);
      const id = cluster.put(n1, 'x', 1);
      cluster.deliver(({ to }) => to === n2);
      const confirmations = cluster.letters.filter(({ from }) => from === n2);
      for (const letter of [...confirmations, ...confirmations]) cluster.hand(letter);
      assert.equal(cluster.outcome(id), null);
    });

    it('leaves the outcome open when too few confirm in time, and keeps the write', () => {
      const cluster = new Stepper(3, { ack: 'all' });
      cluster.run(100);
      cluster.isolate(n3);
      const id = cluster.put(n1, 'x', 1);
      cluster.run(2000);
      assert.equal(cluster.outcome(id), 'timeout');
      assert.deepEqual(cluster.status(n1).alive, [n1, n2]);
      cluster.heal();
      cluster.run(1000);
      assert.equal(cluster.log(n3), '1/1');
      assert.deepEqual(cluster.status(n1).alive, [n1, n2, n3]);
    });

    it('sends writers to the leader, and tells a follower’s readers, too', () => {
      const cluster = new Stepper(3);
      cluster.run(100);
      for (const id of [cluster.put(n2, 'x', 1), cluster.get(n2, 'x')])
        assert.deepEqual(cluster.response(id), { type: 'not-leader', leader: n1 });
    });

    it('brings a follower that comes late up to date, by a snapshot where entries are gone', () => {
      const cluster = new Stepper(3, { snapshotEntries: 4, reads: 'any' }, [n3]);
      for (let value = 1; value <= 21; value++) {
        cluster.put(n1, 'x', value);
        cluster.run(10);
      }
      assert(cluster.probes.has('log-compacted'));
      cluster.start(n3);
      cluster.run(500);
      assert(cluster.probes.has('snapshot-installed'));
      assert.equal(cluster.outcome(cluster.get(n3, 'x')), 21);
      assert(cluster.journal(n1).length < 20, 'the journal is compacted, too');
      cluster.restart(n3);
      assert.equal(cluster.outcome(cluster.get(n3, 'x')), 21);
      assert.deepEqual(cluster.violations, []);
    });

    it('leads again after a restart without failover, and forgets nothing that it wrote', () => {
      const cluster = new Stepper(3, { ack: 'none' });
      cluster.run(100);
      cluster.isolate(n1);
      cluster.put(n1, 'x', 1);
      cluster.restart(n1);
      assert.equal(cluster.outcome(cluster.get(n1, 'x')), 1);
      cluster.heal();
      cluster.run(500);
      assert.equal(cluster.log(n2), '1/1');
    });

    it('does not answer for a node with another name', () => {
      const cluster = new Stepper(3);
      cluster.run(100);
      cluster.put(n1, 'x', 1);
      const [letter] = cluster.letters.filter(({ to }) => to === n2);
      assert(letter);
      cluster.letters = [];
      cluster.hand({ ...letter, to: n3 });
      assert.deepEqual(cluster.letters, []);
      assert(cluster.probes.has('wrong-address'));
    });
  });

  describe('failover', () => {
    it('has the most advanced log of a majority lead the next epoch, whoever asks', () => {
      // n3 lacks the last entries: when it asks first, it names n2.
      for (let tries = 0; tries < 5; tries++) {
        const cluster = new Stepper(3, failover);
        cluster.run(100 + tries);
        cluster.isolate(n3);
        assert.equal(cluster.outcome(cluster.put(n1, 'x', 1)), null);
        cluster.settle();
        cluster.crash(n1);
        cluster.heal();
        cluster.run(3000);
        assert.match(leaderOf(cluster, [n2, n3]), /^n2 in /);
        assert.deepEqual(cluster.violations, []);
      }
    });

    it('fences an old leader, which steps down and loses what nobody confirmed', () => {
      const cluster = new Stepper(3, { ...failover });
      cluster.run(100);
      cluster.isolate(n1);
      const lost = cluster.put(n1, 'x', 1);
      cluster.run(3000);
      assert.equal(cluster.outcome(lost), 'timeout');
      const leader = leaderNode(cluster, [n2, n3]);
      const kept = cluster.put(leader, 'x', 2);
      cluster.heal();
      cluster.run(1000);
      assert.equal(cluster.outcome(kept), 'written');
      assert.equal(cluster.log(n1), cluster.log(leader));
      assert(cluster.probes.has('log-truncated'));
      assert.deepEqual(cluster.violations, []);
    });

    it('takes back what was shown and answered, where answers do not wait for a majority', () => {
      const cluster = new Stepper(3, { ...failover, ack: 'none', reads: 'any' });
      cluster.run(100);
      cluster.isolate(n1);
      assert.equal(cluster.outcome(cluster.put(n1, 'x', 1)), 'written');
      assert.equal(cluster.outcome(cluster.get(n1, 'x')), 1);
      cluster.run(3000);
      cluster.heal();
      cluster.run(1000);
      assert.equal(cluster.outcome(cluster.get(n1, 'x')), null);
      assert(cluster.probes.has('shown-entries-taken-back'));
      assert.deepEqual(cluster.violations, []);
    });

    it('lets no deposed leader answer a read', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.put(n1, 'x', 1);
      cluster.run(100);
      cluster.isolate(n1);
      const read = cluster.get(n1, 'x');
      cluster.run(3000);
      assert.equal(cluster.outcome(read), 'temporarily-unavailable');
      assert.equal(cluster.status(n1).role === 'leader', false);
    });

    it('confirms a read by a round that begins after it, not by late answers to an earlier one', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.fire(n1, 'heartbeat');
      cluster.deliver();
      const late = cluster.letters;
      assert.equal(late.length, 2);
      cluster.letters = [];
      const read = cluster.get(n1, 'x');
      for (const letter of late) cluster.hand(letter);
      assert.equal(cluster.response(read), null);
      cluster.settle();
      assert.equal(cluster.response(read)?.type, 'value');
    });

    it('leaves a leader alone whom the others hear, whoever is cut off', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.isolate(n3);
      cluster.run(3000);
      assert.equal(cluster.status(n3).epoch, 1);
      cluster.heal();
      cluster.run(1000);
      assert.equal(leaderOf(cluster), 'n1 in 1');
    });

    it('has a first leader that restarts ask like anyone', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.restart(n1);
      assert.equal(cluster.status(n1).role, 'follower');
      cluster.run(3000);
      assert.match(leaderOf(cluster), / in 2$/);
    });

    it('begins an epoch once, however late a copy of the request to lead comes', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.crash(n1);
      cluster.run(3000);
      const leader = leaderNode(cluster, [n2, n3]);
      const { epoch } = cluster.status(leader);
      cluster.restart(leader);
      cluster.hand({ from: leader === n2 ? n3 : n2, to: leader, message: { type: 'lead', epoch } });
      assert.equal(cluster.status(leader).role, 'follower');
    });

    it('promises an epoch once, a restart included', () => {
      const cluster = new Stepper(5, failover);
      cluster.run(100);
      cluster.nowMs += 1000;
      const ask = { type: 'ask', epoch: 2, binding: true, to: n3 } as const;
      for (const from of [n4, n5]) {
        cluster.letters = [];
        cluster.hand({ from, to: n3, message: ask });
        const answers = cluster.letters.map(({ message }) => message.type);
        assert.deepEqual(answers, [from === n4 ? 'promise' : 'fenced']);
        cluster.restart(n3);
      }
    });

    it('refuses data of a cluster that has failed over when failover is switched off', () => {
      const cluster = new Stepper(3, failover);
      cluster.run(100);
      cluster.crash(n1);
      cluster.run(3000);
      cluster.setOptions({ failover: 'none' });
      assert.throws(() => cluster.restart(n2), /start it with failover/);
    });
  });

  describe('a leader without epochs (POST /replicar)', () => {
    const replicate = { type: 'replicate', values: [['x', 7]] } as const;

    it('is copied, durably, and shown by a follower that hears no other', () => {
      const cluster = new Stepper(3, { reads: 'any' }, [n1]);
      for (let count = 0; count < 3000; count++)
        cluster.request(n2, { ...replicate, values: [['y', count]] });
      assert.deepEqual(cluster.response(cluster.request(n2, replicate)), { type: 'replicated' });
      assert(cluster.journal(n2).length < 2000, 'the journal does not grow for ever');
      cluster.restart(n2);
      assert.equal(cluster.outcome(cluster.get(n2, 'x')), 7);
      assert.equal(cluster.outcome(cluster.get(n2, 'y')), 2999);
    });

    it('gives way to one with an epoch', () => {
      const cluster = new Stepper(3, { reads: 'any' });
      cluster.run(100);
      cluster.put(n1, 'x', 1);
      cluster.run(100);
      cluster.request(n2, replicate);
      assert.equal(cluster.outcome(cluster.get(n2, 'x')), 7);
      cluster.run(200);
      assert.equal(cluster.outcome(cluster.get(n2, 'x')), 1);
      cluster.restart(n2);
      assert.equal(cluster.outcome(cluster.get(n2, 'x')), 1);
      assert.equal(cluster.status(n2).replicatedKeys, 0);
    });

    it('is not copied by a leader', () => {
      const cluster = new Stepper(3);
      assert.deepEqual(cluster.response(cluster.request(n1, replicate)), { type: 'leads-itself' });
    });
  });
});
