import assert from 'node:assert/strict';
import { bugsOf } from '../../../nodes/kernel/bugs.ts';

const correct = { greets: true, answer: 42 };
const { bugSpecs, rulesOf } = bugsOf('toy', correct, [
  { name: 'off-by-one', mistake: 'the answer is 43', revealedBy: 'counting', rules: { answer: 43 } },
]);

describe('planted bugs', () => {
  it('are listed without what they do', () => {
    assert.deepEqual(bugSpecs, [{ name: 'off-by-one', mistake: 'the answer is 43', revealedBy: 'counting' }]);
  });

  it('replace some rules, and leave the correct ones as they are', () => {
    assert.deepEqual(rulesOf('off-by-one'), { greets: true, answer: 43 });
    assert.deepEqual(rulesOf(null), { greets: true, answer: 42 });
  });

  it('are refused when there is none of that name', () => {
    assert.throws(() => rulesOf('no-such-bug'), /toy has no bug named no-such-bug/);
  });
});
