/** What the model says of itself, for each of its options. */
import assert from 'node:assert/strict';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { copiesOf, majority, reachedBy } from '../../../nodes/leader-follower/confirmations.ts';
import { keptByOneLog } from '../../../nodes/machines/claims.ts';
import { leaderFollower } from '../../../nodes/leader-follower/model.ts';
import { parseOptions } from '../../../nodes/leader-follower/options.ts';
import { n1 } from './stepper.ts';

const strong = ['linearizable', 'strict-serializable'];
const perNode = ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads', ...keptByOneLog];

describe('the leader-follower model', () => {
  for (const [failover, acks, reads, guarantees] of [
    ['none', ['none', '1', 'majority', 'all'], 'leader', strong],
    ['none', ['none', '1', 'majority', 'all'], 'any', perNode],
    ['highest-log', ['majority', 'all'], 'leader', strong],
    ['highest-log', ['majority', 'all'], 'any', perNode],
    ['highest-log', ['none', '1', '6'], 'leader', []],
    ['highest-log', ['none', '1', '6'], 'any', ['convergence']],
  ] as const) {
    it(`claims ${guarantees.join(', ') || 'nothing'} with failover=${failover}, ack=${acks.join()}, reads=${reads}`, () => {
      for (const ack of acks) {
        const claim = leaderFollower.claim({ failover, ack, reads });
        assert.deepEqual(claim.guarantees, guarantees);
        // Where any node answers reads, and wherever it is claimed, the end of a run waits until all nodes agree.
        const waits = reads === 'any' || claim.guarantees.some((level) => level === 'convergence');
        assert.equal(claim.converges !== undefined, waits);
        assert.equal(claim.sessions, guarantees === perNode ? 'reads-at-one-node' : undefined);
        assert(claim.because.length > 40, 'and says why');
      }
    });
  }

  it('recognises requests that are sent again wherever nothing that was applied is lost', () => {
    const { deduplicates } = leaderFollower;
    assert(typeof deduplicates === 'function');
    assert.equal(deduplicates({ failover: 'highest-log', ack: 'majority' }), true);
    assert.equal(deduplicates({ failover: 'none', ack: 'none' }), true);
    assert.equal(deduplicates({ failover: 'highest-log', ack: '1' }), false);
  });

  it('lets a simulation vary only what changes no claim', () => {
    for (const { name, vary = [] } of leaderFollower.options) {
      for (const value of vary)
        assert.deepEqual(leaderFollower.claim({ [name]: value }), leaderFollower.claim({}));
    }
  });

  it('knows no bug but its own', () => {
    const init = { self: n1, peers: [], prng: createPrng(1), recovered: [], options: {} };
    assert.throws(() => leaderFollower.create({ ...init, bug: 'no-such-bug' }), /no bug named no-such-bug/);
  });
});

describe('numbers of copies', () => {
  it('any two majorities share a node', () => {
    for (let nodes = 1; nodes < 30; nodes++) assert(2 * majority(nodes) > nodes);
  });

  it('never show what an answer does not wait for, nor less than a majority if it does', () => {
    for (const ack of ['none', '1', '2', '3', 'majority', 'all']) {
      for (let nodes = 1; nodes < 8; nodes++) {
        for (const failover of ['none', 'highest-log']) {
          const { toAnswer, toShow, toBeSafe } = copiesOf(parseOptions({ ack, failover }), nodes);
          assert(toShow <= toAnswer, 'a client reads what it was told is written');
          if (failover === 'none') assert.deepEqual([toShow, toBeSafe], [1, 1]);
          else if (toAnswer >= majority(nodes))
            assert.deepEqual([toShow, toBeSafe], [toBeSafe, majority(nodes)]);
        }
      }
    }
  });

  it('are reached by the highest values, and by nobody if there are too few nodes', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((count) => reachedBy(count, [5, 9, 7])),
      [9, 7, 5, -Infinity],
    );
  });
});
