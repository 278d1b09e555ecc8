/** Replicated registers that are read and written by quorums, whose size a request may choose by its level. */
import type { ApiProfile } from '../profile.ts';

const read = { method: 'GET', path: '/client_read/{key}?level={option.level}', result: 'value' } as const;

export const quorumProfile: ApiProfile = {
  name: 'quorum',
  operations: {
    read,
    write: {
      method: 'POST',
      path: '/client_write',
      body: { key: '{key}', value: '{value}', level: '{option.level}' },
    },
    count: read,
    stock: read,
  },
};
