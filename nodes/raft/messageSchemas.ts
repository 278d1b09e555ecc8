/** What each message looks like (messages.ts says what it means). */
import type { MessageSchemas } from '../kernel/model.ts';
import {
  choice,
  count,
  flag,
  listOf,
  members,
  node,
  oneOfTypes,
  orNull,
  text,
  typed,
} from '../kernel/schemas.ts';
import { ticket } from '../log/messageSchemas.ts';
import { operation, serial } from '../machines/messageSchemas.ts';
import type { Message } from './messages.ts';

const command = oneOfTypes(
  typed('no-op'),
  typed('operation', { operation }, { serial }),
  typed('members', { members: listOf(node) }),
);
const entry = members({ term: count, index: count, command });

const answered = { term: count, round: count };

export const messageSchemas: MessageSchemas<Message> = {
  'request-vote': typed('request-vote', {
    term: count,
    lastIndex: count,
    lastTerm: count,
    preVote: flag,
    transfer: flag,
  }),
  vote: typed('vote', { term: count, granted: flag, preVote: flag }),
  'append-entries': typed('append-entries', {
    term: count,
    round: count,
    previousIndex: count,
    previousTerm: count,
    entries: listOf(entry),
    commitIndex: count,
  }),
  appended: choice(
    { properties: { success: { const: true } } },
    typed('appended', { ...answered, success: { const: true }, matchIndex: count }),
    typed('appended', {
      ...answered,
      success: { const: false },
      previousIndex: count,
      conflictIndex: count,
      conflictTerm: count,
    }),
  ),
  'install-snapshot': typed('install-snapshot', {
    term: count,
    round: count,
    lastIndex: count,
    lastTerm: count,
    offset: count,
    chunk: text,
    done: flag,
  }),
  'snapshot-received': typed('snapshot-received', {
    ...answered,
    lastIndex: count,
    offset: count,
    installed: flag,
  }),
  'timeout-now': typed('timeout-now', { term: count }),
  'ask-read-index': typed('ask-read-index', { term: count, ...ticket }),
  'read-index': typed('read-index', { term: count, index: orNull(count), ...ticket }),
  'ask-log-end': typed('ask-log-end', { term: count, ...ticket }),
  'log-end': typed('log-end', {
    term: count,
    lastIndex: count,
    lastTerm: count,
    members: listOf(node),
    ...ticket,
  }),
};
