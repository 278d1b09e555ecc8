import assert from 'node:assert/strict';
import { meaningOf } from '../../harness/meaning.ts';
import { keyValueProfile } from '../../harness/profile.ts';
import type { Action } from '../../harness/workload.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { errorKinds } from '../../nodes/kernel/errors.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

const actions: Record<Action['kind'], Action> = {
  read: { kind: 'read', key: 'k' },
  write: { kind: 'write', key: 'k', value: 1 },
  cas: { kind: 'cas', key: 'k', from: 1, to: 2 },
  delete: { kind: 'delete', key: 'k' },
  txn: { kind: 'txn', txn: [['r', 'k', null]] },
};
const kinds = Object.keys(actions) as Action['kind'][];

/** In a word: `ok`, `unclear`, `refused` (this attempt did nothing) or `decided` (the operation did nothing). */
function wordFor(kind: Action['kind'], outcome: WireOutcome): string {
  const meaning = meaningOf(keyValueProfile, actions[kind], outcome);
  return meaning.kind === 'refused' && meaning.decided ? 'decided' : meaning.kind;
}

function answer(status: number, body?: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

function check(
  outcome: WireOutcome,
  expected: Partial<Record<Action['kind'], string>>,
  otherwise: string,
): void {
  for (const kind of kinds)
    assert.equal(wordFor(kind, outcome), expected[kind] ?? otherwise, `${kind}: ${JSON.stringify(outcome)}`);
}

/** What every code means, whatever the status (but 200): the table of errors decides. */
const byCode: Record<number, string> = {
  0: 'unclear',
  1: 'refused',
  10: 'refused',
  11: 'refused',
  12: 'refused',
  13: 'unclear',
  14: 'refused',
  20: 'decided',
  21: 'decided',
  22: 'decided',
  30: 'decided',
};
const statuses = [100, 204, 301, 400, 401, 403, 404, 405, 409, 418, 421, 429, 500, 502, 503, 504];
const definiteStatuses = [400, 403, 405, 421];

describe('what the end of an attempt means', () => {
  it('no answer: a refused connection did nothing, everything else is unclear', () => {
    check({ kind: 'refused' }, {}, 'refused');
    check({ kind: 'broken', why: 'reset' }, {}, 'unclear');
    check({ kind: 'timeout' }, {}, 'unclear');
  });

  it('every status with every code of the error table, for every operation', () => {
    assert.deepEqual(
      Object.keys(byCode).map(Number),
      errorKinds.map(({ code }) => code),
    );
    for (const status of statuses)
      for (const { code } of errorKinds) {
        const isAbsent = status === 404 && code === 20;
        check(answer(status, { error: 'e', code }), isAbsent ? { read: 'ok' } : {}, byCode[code] ?? '');
      }
  });

  it('every status with JSON but without a code that the table knows', () => {
    for (const body of [{ error: 'e' }, { error: 'e', code: 77 }, { error: 'e', code: '11' }, {}])
      for (const status of statuses) {
        if (status === 404)
          check(answer(404, body), { read: 'ok', cas: 'decided', delete: 'decided' }, 'unclear');
        else if (status === 409)
          check(answer(409, body), { cas: 'decided', txn: 'decided', delete: 'decided' }, 'unclear');
        else check(answer(status, body), {}, definiteStatuses.includes(status) ? 'refused' : 'unclear');
      }
  });

  it('every status without JSON: a 404 says nothing then', () => {
    for (const status of [...statuses, 200])
      check(answer(status), {}, definiteStatuses.includes(status) ? 'refused' : 'unclear');
  });

  it('a 404 with JSON is the value null of a read', () => {
    assert.deepEqual(meaningOf(keyValueProfile, actions.read, answer(404, { error: 'no such key' })), {
      kind: 'ok',
      result: null,
    });
  });

  it('a 200 is only worth what its body says', () => {
    const bodies: [Json, Partial<Record<Action['kind'], string>>, string][] = [
      [{ status: 'success' }, { read: 'unclear', txn: 'unclear' }, 'ok'],
      [{ key: 'k', value: 3 }, { txn: 'unclear' }, 'ok'],
      [{ key: 'k', value: null, error: null }, { txn: 'unclear' }, 'ok'],
      [{ txn: [['r', 'k', 3]] }, { read: 'unclear' }, 'ok'],
      [{ txn: 'r', value: 1 }, { txn: 'unclear' }, 'ok'],
      [{ status: 'success', value: 1, txn: [], error: 'disk full' }, {}, 'unclear'],
      [{ status: 'success', value: 1, txn: [], error: 'disk full', code: 11 }, {}, 'unclear'],
      [{ status: 'pending', value: 1, txn: [] }, {}, 'unclear'],
      [{ status: 200, value: 1, txn: [] }, {}, 'unclear'],
      ['success', {}, 'unclear'],
      [[1], {}, 'unclear'],
      [null, {}, 'unclear'],
    ];
    for (const [body, expected, otherwise] of bodies) check(answer(200, body), expected, otherwise);
  });

  it('gives the result: the value that was read, the transaction with its reads filled in', () => {
    const read = meaningOf(keyValueProfile, actions.read, answer(200, { key: 'k', value: { deep: [1] } }));
    assert.deepEqual(read, { kind: 'ok', result: { deep: [1] } });
    const txn = meaningOf(keyValueProfile, actions.txn, answer(200, { txn: [['r', 'k', 3]] }));
    assert.deepEqual(txn, { kind: 'ok', result: [['r', 'k', 3]] });
  });

  it('a refusal may name the node to ask instead: 421, and 403 in old routes', () => {
    for (const status of [421, 403]) {
      const meaning = meaningOf(keyValueProfile, actions.write, answer(status, { error: 'e', leader: 'n3' }));
      assert.deepEqual(meaning, { kind: 'refused', decided: false, error: `${status} e`, leader: 'n3' });
    }
    const odd = meaningOf(keyValueProfile, actions.write, answer(421, { error: 'e', leader: 3 }));
    assert.deepEqual(odd, { kind: 'refused', decided: false, error: '421 e' });
  });

  it('cuts the text that a node sent', () => {
    const meaning = meaningOf(keyValueProfile, actions.write, answer(500, { error: 'x'.repeat(100_000) }));
    assert(meaning.kind === 'unclear' && meaning.error.length < 300);
  });
});
