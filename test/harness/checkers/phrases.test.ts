import assert from 'node:assert/strict';
import { phrase } from '../../../harness/checkers/phrases.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

function inWords(f: string, value: Json, key: string): string {
  return phrase({ invocation: { index: 0, timeNs: 0, type: 'invoke', process: 1, f, value, key } });
}

describe('operations in words', () => {
  it('say of a sale what it names once', () => {
    const sale = { producto_id: 'p1', cantidad: 2, region: 'EU' };
    assert.match(inWords('sell', sale, 'p1'), /^sell 2 of p1 in EU by process 1/);
    assert.match(inWords('sell', sale, 'p2'), /^sell 2 of p1 in EU on p2 by/);
  });

  it('say on which key they are, though a value is called the same', () => {
    assert.match(inWords('cas', ['x', 'y'], 'x'), /^cas .* on x by/);
    assert.match(inWords('write', { owner: 'x' }, 'x'), /^write .* on x by/);
    assert.match(inWords('write', 'x', 'x'), /^write x on x by/);
    assert.match(inWords('read', null, 'x'), /^read of x by/);
  });
});
