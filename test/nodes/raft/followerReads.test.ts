/** Reads at a node that does not lead, as proxies bring them: with an index of the leader, or of a majority. */
import assert from 'node:assert/strict';
import { n1, n2, n3, n4, ofType, Stepper, to } from './stepper.ts';

/** A cluster that n1 leads, with x = 1 everywhere. */
function led(options: Record<string, string | number> = {}, size = 3): Stepper {
  const cluster = new Stepper(size, { options: { checkQuorum: 'off', proxy: 'on', ...options }, joining: 1 });
  cluster.elect(n1);
  cluster.put(n1, 'x', 1);
  cluster.settle();
  cluster.fire(n1, 'heartbeat');
  cluster.settle();
  return cluster;
}

/** x = 2 is answered by n1; nobody else knows yet that it is committed. */
function ahead(options: Record<string, string | number> = {}): Stepper {
  const cluster = led(options);
  const write = cluster.put(n1, 'x', 2);
  cluster.deliver(ofType('append-entries'));
  cluster.deliver(ofType('appended'));
  assert.equal(cluster.response(write)?.type, 'written');
  cluster.drop();
  return cluster;
}

describe('raft reads at followers', () => {
  it('without a proxy, followers send their readers to the leader', () => {
    const cluster = led({ proxy: 'off' });
    assert.deepEqual(cluster.response(cluster.get(n2, 'x')), { type: 'not-leader', leader: n1 });
  });

  it('with proxyReads=leader, too', () => {
    const cluster = led({ proxyReads: 'leader' });
    assert.deepEqual(cluster.response(cluster.get(n2, 'x')), { type: 'not-leader', leader: n1 });
  });

  it('with reads=follower, they answer as they are', () => {
    const cluster = ahead({ reads: 'follower' });
    assert.equal(cluster.valueRead(cluster.get(n2, 'x')), 1);
  });

  describe('with an index of the leader (§6.4)', () => {
    it('wait for its confirmation, and until they have applied up to it', () => {
      const cluster = ahead();
      const read = cluster.get(n2, 'x');
      assert.deepEqual(
        cluster.letters.map(({ message }) => message.type),
        ['ask-read-index'],
      );
      cluster.deliver();
      // The leader confirms with n3 alone.
      cluster.settle((letter) => !to(n2)(letter));
      assert.equal(cluster.valueRead(read), undefined, 'the index is on its way');
      cluster.deliver(ofType('read-index'));
      assert.equal(cluster.valueRead(read), undefined, 'n2 has not heard that x = 2 is committed');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 2);
    });

    it('are not answered by a leader that was deposed', () => {
      const cluster = led({}, 5);
      cluster.isolate(n1, n2);
      cluster.elect(n3);
      cluster.put(n3, 'x', 2);
      cluster.settle();
      assert.equal(cluster.role(n1), 'leader', 'it does not know better');
      const read = cluster.get(n2, 'x');
      cluster.settle();
      assert.equal(cluster.response(read), null);
      cluster.fire(n1, 'heartbeat');
      cluster.wait(1000);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.response(read)?.type, 'refused');
    });

    it('need a round only where the leader would need one itself', () => {
      const cluster = ahead({ reads: 'lease' });
      const read = cluster.get(n2, 'x');
      cluster.deliver(ofType('ask-read-index'));
      assert.equal(cluster.letters.filter(ofType('read-index')).length, 1, 'the lease covers it');
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 2);
    });

    it('are refused at once where nobody is known to lead, or who was asked does not', () => {
      const cluster = led();
      const read = cluster.get(n3, 'x');
      const asked = cluster.letters;
      cluster.letters = [];
      cluster.elect(n2);
      for (const letter of asked) cluster.hand(letter);
      cluster.settle();
      assert.equal(cluster.response(read)?.type, 'refused');
      cluster.crash(n1, n3);
      cluster.restart(n2);
      assert.equal(cluster.response(cluster.get(n2, 'x'))?.type, 'refused');
    });

    it('do not take an answer to an earlier life for theirs', () => {
      const cluster = led();
      cluster.get(n2, 'x');
      cluster.settle(ofType('ask-read-index', 'append-entries', 'appended'));
      const late = cluster.letters.filter(ofType('read-index'));
      assert.equal(late.length, 1);
      cluster.drop();
      cluster.restart(n2);
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      cluster.put(n1, 'x', 2);
      cluster.deliver(ofType('append-entries'));
      cluster.deliver(ofType('appended'));
      cluster.drop();
      const read = cluster.get(n2, 'x');
      for (const letter of late) cluster.hand(letter);
      assert.equal(cluster.valueRead(read), undefined);
    });

    it('are refused when nobody confirms in time', () => {
      const cluster = led();
      const read = cluster.get(n2, 'x');
      cluster.drop();
      cluster.wait(600);
      cluster.fire(n2, 'reads');
      assert.equal(cluster.response(read)?.type, 'refused');
      assert.equal(cluster.dueInMs(n2, 'reads'), null);
    });
  });

  describe('with the ends of the logs of a majority', () => {
    const quorum = { proxyReads: 'quorum' };

    it('see what is committed though the node has not heard of it', () => {
      const cluster = ahead(quorum);
      cluster.isolate(n1);
      const read = cluster.get(n2, 'x');
      cluster.settle();
      assert.equal(cluster.valueRead(read), undefined, 'n3 has x = 2 in its log');
      cluster.heal();
      cluster.fire(n1, 'heartbeat');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 2);
    });

    it('are answered without a leader, as long as all is committed', () => {
      const cluster = led(quorum);
      cluster.crash(n1);
      const read = cluster.get(n2, 'x');
      cluster.settle();
      assert.equal(cluster.valueRead(read), 1);
    });

    it('are answered by nobody who reaches no majority', () => {
      const cluster = led(quorum);
      cluster.isolate(n1);
      const read = cluster.get(n1, 'x');
      cluster.settle((letter) => !ofType('append-entries')(letter));
      assert.equal(cluster.response(read), null);
    });

    it('count the members of whoever knows the latest', () => {
      const cluster = led(quorum);
      const added = cluster.request(n1, { type: 'add-member', node: n4 });
      // n2 hears nothing of it: three of four are n1, n3 and n4.
      cluster.settle((letter) => !to(n2)(letter) && letter.from !== n2);
      assert.equal(cluster.response(added)?.type, 'members');
      cluster.drop();
      const read = cluster.get(n2, 'x');
      cluster.isolate(n1);
      cluster.settle();
      const asked = cluster.status(n2).members;
      assert.equal(asked.length, 3, 'n2 still believes in three members');
      assert.equal(cluster.response(read), null, 'n2 and n3 are two of four');
    });

    it('do not believe what a deposed leader has as members, however long its log', () => {
      const cluster = led(quorum);
      cluster.isolate(n1);
      for (let value = 10; value < 20; value++) cluster.put(n1, 'x', value);
      cluster.request(n1, { type: 'remove-member', node: n3 });
      cluster.drop();
      assert.deepEqual(cluster.status(n1).members, [n1, n2], 'nobody else knows, and nobody ever will');
      cluster.elect(n2);
      const added = cluster.request(n2, { type: 'add-member', node: n4 });
      cluster.settle();
      assert.equal(cluster.response(added)?.type, 'members');
      for (let value = 20; value < 40; value++) cluster.put(n2, 'x', value);
      cluster.settle();
      // Now n3 leads, takes n1 out, and n2 hears nothing of that, nor of what is written then.
      cluster.heal();
      cluster.isolate(n1);
      cluster.elect(n3);
      cluster.fire(n3, 'heartbeat');
      cluster.settle();
      cluster.heal();
      cluster.isolate(n1, n2);
      const removed = cluster.request(n3, { type: 'remove-member', node: n1 });
      cluster.settle();
      const write = cluster.put(n3, 'x', 40);
      cluster.settle();
      assert.deepEqual(
        [cluster.response(removed)?.type, cluster.response(write)?.type],
        ['members', 'written'],
      );
      const read = cluster.get(n2, 'x');
      cluster.settle(ofType('ask-log-end', 'log-end'));
      assert.equal(cluster.valueRead(read), undefined, 'n1 and n2 are two of four, whatever n1 thinks');
    });
  });
});
