/** What the model says of itself. */
import assert from 'node:assert/strict';
import { models } from '../../../nodes/index.ts';
import { createPrng } from '../../../nodes/kernel/prng.ts';
import { keptByOneLog } from '../../../nodes/machines/claims.ts';
import { raft } from '../../../nodes/raft/model.ts';
import { n1 } from './stepper.ts';

describe('the raft model', () => {
  for (const [reads, guarantees] of [
    ['read-index', ['linearizable', 'strict-serializable']],
    ['lease', ['linearizable', 'strict-serializable']],
    ['leader', ['sequential', 'ccv', ...keptByOneLog]],
    ['follower', ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads', ...keptByOneLog]],
  ] as const) {
    it(`claims ${guarantees.join(', ')} with reads=${reads}, with and without check-quorum`, () => {
      for (const checkQuorum of ['on', 'off']) {
        const claim = raft.claim({ reads, checkQuorum });
        assert.deepEqual(claim.guarantees, guarantees);
        assert.equal(claim.converges !== undefined, reads === 'follower', 'any node answers, some later');
        assert(claim.because.length > 40, 'and says why');
      }
    });
  }

  it('lets a simulation vary only what changes no claim', () => {
    for (const { name, vary = [] } of raft.options) {
      for (const value of vary) assert.deepEqual(raft.claim({ [name]: value }), raft.claim({}));
    }
  });

  it('knows no bug but its own', () => {
    const init = { self: n1, peers: [], prng: createPrng(1), recovered: [], options: {} };
    assert.throws(() => raft.create({ ...init, bug: 'no-such-bug' }), /no bug named no-such-bug/);
  });

  it('is registered', () => {
    assert(models.some(({ name }) => name === 'raft'));
  });
});
