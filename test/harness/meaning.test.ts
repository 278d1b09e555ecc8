import assert from 'node:assert/strict';
import { meaningOf } from '../../harness/meaning.ts';
import type { ApiProfile } from '../../harness/profile.ts';
import { crdtProfile } from '../../harness/profiles/crdt.ts';
import { keyValueProfile } from '../../harness/profiles/keyValue.ts';
import { sqlProfile } from '../../harness/profiles/sql.ts';
import type { Action, ActionKind } from '../../harness/workload.ts';
import type { WireOutcome } from '../../harness/world.ts';
import { errorKinds } from '../../nodes/kernel/errors.ts';
import type { Json } from '../../nodes/kernel/wire.ts';

const actions = {
  read: { kind: 'read', key: 'k' },
  write: { kind: 'write', key: 'k', value: 1 },
  cas: { kind: 'cas', key: 'k', from: 1, to: 2 },
  delete: { kind: 'delete', key: 'k' },
  txn: { kind: 'txn', txn: [['r', 'k', null]] },
  add: { kind: 'add', key: 'k', element: 1 },
  remove: { kind: 'remove', key: 'k', element: 1 },
  elements: { kind: 'elements', key: 'k' },
  increment: { kind: 'increment', key: 'k', amount: -2 },
  count: { kind: 'count', key: 'k' },
  enqueue: { kind: 'enqueue', key: 'k', value: 1 },
  dequeue: { kind: 'dequeue', key: 'k' },
  acquire: { kind: 'acquire', key: 'k', owner: 'c1' },
  release: { kind: 'release', key: 'k', owner: 'c1' },
  open: { kind: 'open', accounts: ['a', 'b'], balance: 20 },
  transfer: { kind: 'transfer', from: 'a', to: 'b', amount: 5 },
  balances: { kind: 'balances', accounts: ['a', 'b'] },
  restock: { kind: 'restock', key: 'k', quantity: 9, region: 'sur' },
  sell: { kind: 'sell', key: 'k', quantity: 2, region: 'sur' },
  stock: { kind: 'stock', key: 'k' },
  leader: { kind: 'leader' },
} as const satisfies { readonly [kind in ActionKind]: Action };
const kinds = Object.keys(actions) as ActionKind[];

/** Every kind of action is spelled: most as transactions, `remove` as CRDTs do, `open` as in a relational model. */
const profile: ApiProfile = {
  ...keyValueProfile,
  operations: { ...crdtProfile.operations, ...sqlProfile.operations, ...keyValueProfile.operations },
};

/** In a word: `ok`, `unclear`, `refused` (this attempt did nothing) or `decided` (the operation did nothing). */
function wordFor(kind: ActionKind, outcome: WireOutcome): string {
  const meaning = meaningOf(profile, actions[kind], outcome);
  return meaning.kind === 'refused' && meaning.decided ? 'decided' : meaning.kind;
}

function answer(status: number, body?: Json): WireOutcome {
  return { kind: 'answer', status, body };
}

function check(outcome: WireOutcome, expected: Partial<Record<ActionKind, string>>, otherwise: string): void {
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
type Words = Partial<Record<ActionKind, string>>;
/** Looking something up, and taking it out, find that nothing is there. */
const nothingThere: Words = {
  read: 'ok',
  elements: 'ok',
  count: 'ok',
  dequeue: 'ok',
  balances: 'ok',
  stock: 'ok',
};
/** What does nothing about something that does not exist. */
const noSuchThing: Words = {
  cas: 'decided',
  delete: 'decided',
  remove: 'decided',
  release: 'decided',
  transfer: 'decided',
  sell: 'decided',
};
/** What does nothing where its condition does not hold. */
const conditionFails: Words = {
  cas: 'decided',
  txn: 'decided',
  delete: 'decided',
  remove: 'decided',
  increment: 'decided',
  acquire: 'decided',
  release: 'decided',
  transfer: 'decided',
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
        const isSoldOut = status === 409 && byCode[code] === 'decided';
        const outcomes = { ...(isAbsent && nothingThere), ...(isSoldOut && { sell: 'ok' }) };
        check(answer(status, { error: 'e', code }), outcomes, byCode[code] ?? '');
      }
  });

  it('every status with JSON but without a code that the table knows', () => {
    for (const body of [{ error: 'e' }, { error: 'e', code: 77 }, { error: 'e', code: '11' }, {}])
      for (const status of statuses) {
        if (status === 404) check(answer(404, body), { ...nothingThere, ...noSuchThing }, 'unclear');
        else if (status === 409) check(answer(409, body), { ...conditionFails, sell: 'ok' }, 'unclear');
        else check(answer(status, body), {}, definiteStatuses.includes(status) ? 'refused' : 'unclear');
      }
  });

  it('every status without JSON: a 404 says nothing then', () => {
    for (const status of [...statuses, 200])
      check(answer(status), {}, definiteStatuses.includes(status) ? 'refused' : 'unclear');
  });

  it('a 404 with JSON is the value null of what looks something up, or takes it out', () => {
    for (const kind of Object.keys(nothingThere) as ActionKind[])
      assert.deepEqual(meaningOf(profile, actions[kind], answer(404, { error: 'no such key' })), {
        kind: 'ok',
        result: null,
      });
  });

  it('a 409 with JSON is the value false of a sale: sold out', () => {
    for (const body of [{ error: 'e', code: 30 }, { error: 'e', code: 22 }, { error: 'e' }])
      assert.deepEqual(meaningOf(profile, actions.sell, answer(409, body)), { kind: 'ok', result: false });
    assert.equal(wordFor('sell', answer(409, { error: 'given up', code: 14 })), 'refused');
    assert.equal(wordFor('sell', answer(409, { error: 'who knows', code: 0 })), 'unclear');
    assert.equal(wordFor('sell', answer(409)), 'unclear');
  });

  it('a 200 is only worth what its body says', () => {
    // What an answer to each kind must hold; the other kinds take any object.
    const holds = (body: Readonly<Record<string, Json>>): Words => {
      const { value, txn } = body;
      const micros = Array.isArray(txn) ? (txn as readonly Json[]) : [];
      const hasMicro = (at: number): boolean => Array.isArray(micros[at]) && micros[at].length === 3;
      const isCount = value === null || typeof value === 'number';
      const isList = value === null || Array.isArray(value);
      return {
        read: value === undefined ? 'unclear' : 'ok',
        count: isCount ? 'ok' : 'unclear',
        stock: isCount ? 'ok' : 'unclear',
        elements: isList ? 'ok' : 'unclear',
        txn: Array.isArray(txn) ? 'ok' : 'unclear',
        dequeue: hasMicro(0) ? 'ok' : 'unclear',
        acquire: hasMicro(2) ? 'ok' : 'unclear',
        balances: hasMicro(0) && hasMicro(1) ? 'ok' : 'unclear',
      };
    };
    const bodies: Readonly<Record<string, Json>>[] = [
      { status: 'success' },
      { key: 'k', value: 3 },
      { key: 'k', value: null, error: null },
      { key: 'k', value: 'text' },
      { key: 'k', value: [1, 2] },
      { txn: 'r', value: 1 },
      { txn: [] },
      { txn: [['pop', 'k', 3]] },
      {
        txn: [
          ['r', 'a', 3],
          ['r', 'b', 4],
          ['r', 'c', 5],
        ],
      },
    ];
    for (const body of bodies) check(answer(200, body), holds(body), 'ok');
    const worthless: Json[] = [
      { status: 'success', value: 1, txn: [], error: 'disk full' },
      { status: 'success', value: 1, txn: [], error: 'disk full', code: 11 },
      { status: 'pending', value: 1, txn: [] },
      { status: 200, value: 1, txn: [] },
      'success',
      [1],
      null,
    ];
    for (const body of worthless) check(answer(200, body), {}, 'unclear');
  });

  it('gives the result: the value that was read, the transaction with its reads filled in', () => {
    const read = meaningOf(profile, actions.read, answer(200, { key: 'k', value: { deep: [1] } }));
    assert.deepEqual(read, { kind: 'ok', result: { deep: [1] } });
    const txn = meaningOf(profile, actions.txn, answer(200, { txn: [['r', 'k', 3]] }));
    assert.deepEqual(txn, { kind: 'ok', result: [['r', 'k', 3]] });
    const pop = meaningOf(profile, actions.dequeue, answer(200, { txn: [['pop', 'k', 7]] }));
    assert.deepEqual(pop, { kind: 'ok', result: 7 });
    const balances = [
      ['r', 'a', 3],
      ['r', 'b', null],
    ];
    assert.deepEqual(meaningOf(profile, actions.balances, answer(200, { txn: balances })), {
      kind: 'ok',
      result: { a: 3, b: null },
    });
    assert.deepEqual(meaningOf(profile, actions.leader, answer(200, { leader: 'n1', term: 3 })), {
      kind: 'ok',
      result: { leader: 'n1', term: 3 },
    });
  });

  it('a refusal may name the node to ask instead: 421, and 403 in old routes', () => {
    for (const status of [421, 403]) {
      const meaning = meaningOf(profile, actions.write, answer(status, { error: 'e', leader: 'n3' }));
      assert.deepEqual(meaning, { kind: 'refused', decided: false, error: `${status} e`, leader: 'n3' });
    }
    const odd = meaningOf(profile, actions.write, answer(421, { error: 'e', leader: 3 }));
    assert.deepEqual(odd, { kind: 'refused', decided: false, error: '421 e' });
  });

  it('cuts the text that a node sent', () => {
    const meaning = meaningOf(profile, actions.write, answer(500, { error: 'x'.repeat(100_000) }));
    assert(meaning.kind === 'unclear' && meaning.error.length < 300);
  });
});
