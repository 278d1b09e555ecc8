import assert from 'node:assert/strict';
import { implies, strongest } from '../../harness/guarantees.ts';
import { guarantees } from '../../nodes/kernel/model.ts';

describe('the lattice of guarantees', () => {
  it('is a partial order: no two levels imply each other, and implication passes on', () => {
    for (const a of guarantees)
      for (const b of guarantees) {
        if (a !== b) assert(!(implies(a, b) && implies(b, a)), `${a} and ${b}`);
        for (const c of guarantees) if (implies(a, b) && implies(b, c)) assert(implies(a, c));
      }
  });

  it('has the well-known implications', () => {
    assert(implies('strict-serializable', 'linearizable'));
    assert(implies('linearizable', 'sequential'));
    assert(implies('sequential', 'cm') && implies('sequential', 'ccv'));
    assert(implies('cm', 'pram') && implies('ccv', 'cc') && implies('cc', 'read-your-writes'));
    assert(!implies('serializable', 'linearizable') && !implies('ccv', 'cm') && !implies('cc', 'pram'));
    assert(!implies('sequential', 'regular') && !implies('sequential', 'convergence'));
  });

  it('keeps only the strongest of what held', () => {
    assert.deepEqual(strongest(['pram', 'linearizable', 'cc', 'convergence']), ['linearizable']);
    assert.deepEqual(strongest(['ccv', 'pram', 'cc']), ['ccv', 'pram']);
    assert.deepEqual(strongest([]), []);
  });
});
