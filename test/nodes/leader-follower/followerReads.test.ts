/** Reads at a node that does not lead, as proxies bring them: with an index of the leader, or of a majority. */
import assert from 'node:assert/strict';
import type { OptionValues } from '../../../nodes/kernel/model.ts';
import type { Message } from '../../../nodes/leader-follower/messages.ts';
import { n1, n2, n3, Stepper, type Letter } from './stepper.ts';

const isOf =
  (...types: Message['type'][]) =>
  ({ message }: Letter): boolean =>
    types.includes(message.type);

/** A cluster that n1 leads: x = 1 is shown everywhere, x = 2 is answered, and shown by n1 alone. */
function ahead(options: OptionValues = {}): Stepper {
  const cluster = new Stepper(3, { proxy: 'on', failover: 'highest-log', ...options });
  cluster.run(200);
  cluster.put(n1, 'x', 1);
  cluster.run(200);
  const write = cluster.put(n1, 'x', 2);
  cluster.deliver(isOf('append'));
  cluster.deliver(isOf('confirmed'));
  assert.equal(cluster.outcome(write), 'written');
  cluster.letters = [];
  return cluster;
}

describe('leader-follower reads at followers', () => {
  it('without a proxy, and with proxyReads=leader, are sent to the leader', () => {
    for (const options of [{ proxy: 'off' }, { proxyReads: 'leader' }]) {
      const cluster = ahead(options);
      assert.deepEqual(cluster.response(cluster.get(n2, 'x')), { type: 'not-leader', leader: n1 });
    }
  });

  it('with reads=any, are answered as the node is', () => {
    const cluster = ahead({ reads: 'any' });
    assert.equal(cluster.outcome(cluster.get(n2, 'x')), 1);
  });

  it('wait for what the leader shows, confirmed by a round where somebody else may lead', () => {
    for (const failover of ['none', 'highest-log']) {
      const cluster = ahead({ failover });
      const read = cluster.get(n2, 'x');
      cluster.deliver(isOf('ask-read-index'));
      const isConfirmed = cluster.letters.some(isOf('read-index'));
      assert.equal(isConfirmed, failover === 'none');
      cluster.deliver(isOf('read-index'));
      // Without failover the entries came with the news that they are shown.
      assert.equal(cluster.outcome(read), failover === 'none' ? 2 : null);
      cluster.run(200);
      assert.equal(cluster.outcome(read), 2);
      assert.deepEqual(cluster.violations, []);
    }
  });

  it('are not answered by a leader that nobody follows any more', () => {
    const cluster = ahead();
    cluster.run(200);
    const read = cluster.get(n2, 'x');
    cluster.deliver(isOf('ask-read-index'));
    cluster.isolate(n1);
    cluster.run(2000);
    assert.equal(cluster.outcome(read), 'temporarily-unavailable');
  });

  it('are refused at once by a node that does not lead, or is meant by mistake', () => {
    const cluster = ahead();
    const ask = { type: 'ask-read-index', incarnation: 1, ticket: 1 } as const;
    cluster.hand({ from: n3, to: n2, message: { ...ask, to: n2 } });
    assert.deepEqual(cluster.letters.pop()?.message, {
      type: 'read-index',
      incarnation: 1,
      ticket: 1,
      index: null,
    });
    cluster.hand({ from: n3, to: n2, message: { ...ask, to: n1 } });
    assert.equal(cluster.letters.length, 0);
  });

  it('do not take an answer to an earlier life for theirs', () => {
    const cluster = ahead();
    cluster.run(200);
    cluster.restart(n2);
    cluster.run(100);
    const write = cluster.put(n1, 'x', 3);
    cluster.deliver(isOf('append'));
    cluster.deliver(isOf('confirmed'));
    assert.equal(cluster.outcome(write), 'written');
    cluster.letters = [];
    const read = cluster.get(n2, 'x');
    cluster.hand({ from: n1, to: n2, message: { type: 'read-index', incarnation: 1, ticket: 1, index: 1 } });
    assert.equal(cluster.outcome(read), null);
  });

  describe('with the ends of the logs of a majority', () => {
    it('see what is answered though the node has not heard of it', () => {
      const cluster = ahead({ proxyReads: 'quorum' });
      const read = cluster.get(n2, 'x');
      cluster.deliver(isOf('ask-log-end'));
      cluster.deliver(isOf('log-end'));
      assert.equal(cluster.outcome(read), null);
      cluster.run(200);
      assert.equal(cluster.outcome(read), 2);
    });

    it('are refused where no majority answers', () => {
      const cluster = ahead({ proxyReads: 'quorum' });
      cluster.isolate(n2);
      const read = cluster.get(n2, 'x');
      cluster.run(1000);
      assert.equal(cluster.outcome(read), 'temporarily-unavailable');
    });
  });
});
