import assert from 'node:assert/strict';
import { roamingWarnings, sessionsFor } from '../../harness/judged.ts';
import type { Claim } from '../../nodes/kernel/model.ts';

const sticky = { guarantees: ['ccv'], sessions: 'one-node' } satisfies Partial<Claim>;
const anywhere = { guarantees: ['linearizable'] } satisfies Partial<Claim>;

describe('clients while a claim is judged', () => {
  it('stay if the claim is made for those that stay, and it or what follows from it is judged', () => {
    assert.equal(sessionsFor(sticky, null), 'one-node');
    assert.equal(sessionsFor(sticky, 'read-your-writes'), 'one-node');
    assert.deepEqual(roamingWarnings(sticky, null), []);
    assert.deepEqual(roamingWarnings(sticky, 'ccv'), []);
  });

  it('roam while more is judged than is claimed, and the results say what that means for the claim', () => {
    assert.equal(sessionsFor(sticky, 'linearizable'), 'roaming');
    assert.match(
      roamingWarnings(sticky, 'linearizable').join(),
      /^linearizable is more than is claimed.*ccv/,
    );
  });

  it('roam without a word where the claim is made for all', () => {
    assert.equal(sessionsFor(anywhere, 'strict-serializable'), 'roaming');
    assert.deepEqual(roamingWarnings(anywhere, 'strict-serializable'), []);
  });
});
