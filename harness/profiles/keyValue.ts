/**
 * The key–value models. Whatever they have no route for is a transaction: a set or a queue is a list, a counter or a
 * stock is a number, a lock is a key that holds its owner beside a number that grows with every acquisition.
 */
import type { ApiProfile } from '../profile.ts';

/** `add` refuses sums below its floor. All numbers that are exact lie above this one, so it is no floor. */
const noFloor = -(2 ** 53) + 1;

const read = { method: 'GET', path: '/get/{key}?session={context.session}', result: 'value' } as const;
const transaction = { method: 'POST', path: '/txn' } as const;
const append = (value: string): { readonly txn: readonly (readonly string[])[] } => ({
  txn: [['append', '{key}', value]],
});

export const keyValueProfile: ApiProfile = {
  name: 'key-value',
  operations: {
    read: { ...read, siblings: 'values' },
    write: {
      method: 'POST',
      path: '/put',
      body: {
        key: '{key}',
        value: '{value}',
        vector_clock: '{context.vector_clock}',
        session: '{context.session}',
      },
    },
    delete: {
      method: 'POST',
      path: '/delete',
      body: { key: '{key}', vector_clock: '{context.vector_clock}', session: '{context.session}' },
    },
    cas: { method: 'POST', path: '/cas', body: { key: '{key}', from: '{from}', to: '{to}' } },
    txn: { ...transaction, body: { txn: '{txn}' }, result: 'txn' },
    add: { ...transaction, body: append('{element}') },
    elements: read,
    increment: { ...transaction, body: { txn: [['add', '{key}', '{amount}', noFloor]] } },
    count: read,
    enqueue: { ...transaction, body: append('{value}') },
    dequeue: { ...transaction, body: { txn: [['pop', '{key}', null]] }, result: 'txn.0.2' },
    acquire: {
      ...transaction,
      body: {
        txn: [
          ['cas', '{key}', [null, '{owner}']],
          ['add', '{key}/token', 1, 0],
          ['r', '{key}/token', null],
        ],
      },
      result: 'txn.2.2',
    },
    release: { ...transaction, body: { txn: [['cas', '{key}', ['{owner}', null]]] } },
    transfer: {
      ...transaction,
      body: {
        txn: [
          ['add', '{from}', '{-amount}', 0],
          ['add', '{to}', '{amount}', 0],
        ],
      },
    },
    balances: {
      ...transaction,
      body: { txn: ['{each accounts}', ['r', '{each}', null]] },
      result: 'txn',
    },
    restock: { ...transaction, body: { txn: [['add', '{key}', '{quantity}', 0]] } },
    sell: { ...transaction, body: { txn: [['add', '{key}', '{-quantity}', 0]] } },
    stock: read,
    leader: { method: 'GET', path: '/leader', result: '' },
  },
  contexts: {
    vector_clock: { field: 'vector_clock', scope: 'key' },
    session: { field: 'session', scope: 'session' },
  },
  leader: { method: 'GET', path: '/leader' },
};
