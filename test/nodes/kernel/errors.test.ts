/** The error table that nodes and clients share. */
import assert from 'node:assert/strict';
import { errorKind, errorKinds, isDefinite } from '../../../nodes/kernel/errors.ts';
import { errorAnswer } from '../../../nodes/kernel/wire.ts';

describe('the error table', () => {
  it('has one row a code and one row a name', () => {
    assert.equal(new Set(errorKinds.map(({ code }) => code)).size, errorKinds.length);
    assert.equal(new Set(errorKinds.map(({ name }) => name)).size, errorKinds.length);
  });

  it('promises nothing for a timeout, a crash, and codes that nobody knows', () => {
    const indefinite = errorKinds.filter(({ code }) => !isDefinite(code)).map(({ name }) => name);
    assert.deepEqual(indefinite, ['timeout', 'crash']);
    for (const code of [2, 99, -1, 1000, NaN]) assert.equal(isDefinite(code), false);
  });

  it('lets no indefinite error travel with a status that clients take for a refusal', () => {
    for (const { name, definite, status } of errorKinds) {
      if (!definite) assert(status >= 500, `${name} travels with ${status}`);
    }
  });

  it('makes answers that carry the code, the sentence and whatever helps', () => {
    assert.deepEqual(errorAnswer('precondition-failed', 'it was 3', { value: 3 }), {
      status: 409,
      body: { error: 'it was 3', code: 22, value: 3 },
    });
    assert.equal(errorKind('key-does-not-exist').status, 404);
  });
});
