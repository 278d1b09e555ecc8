/**
 * Conflict-free replicated data types: the one counter of the course without a name, and counters, sets and registers
 * with names.
 */
import type { ApiProfile } from '../profile.ts';

export const crdtProfile: ApiProfile = {
  name: 'crdt',
  operations: {
    increment: { method: 'POST', path: '/increment', body: { amount: '{amount}' } },
    count: { method: 'GET', path: '/value', result: 'value' },
    restock: { method: 'POST', path: '/counter/{key}/increment', body: { amount: '{quantity}' } },
    sell: { method: 'POST', path: '/counter/{key}/decrement', body: { amount: '{quantity}' } },
    stock: { method: 'GET', path: '/counter/{key}', result: 'value' },
    add: { method: 'POST', path: '/set/{key}/add', body: { element: '{element}' } },
    remove: { method: 'POST', path: '/set/{key}/remove', body: { element: '{element}' } },
    elements: { method: 'GET', path: '/set/{key}', result: 'value' },
    read: { method: 'GET', path: '/register/{key}', result: 'value', siblings: 'values' },
    write: {
      method: 'POST',
      path: '/register/{key}',
      body: { value: '{value}', context: '{context.context}' },
    },
  },
  contexts: { context: { field: 'context', scope: 'key' } },
};
