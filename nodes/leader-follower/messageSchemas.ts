/** What each message looks like (messages.ts says what it means). */
import type { MessageSchemas } from '../kernel/model.ts';
import { count, flag, listOf, members, node, oneOfTypes, orNull, typed } from '../kernel/schemas.ts';
import { ticket } from '../log/messageSchemas.ts';
import { machineState, operation, savedSessions, serial } from '../machines/messageSchemas.ts';
import type { Message } from './messages.ts';

const command = oneOfTypes(typed('epoch-begins'), typed('operation', { operation }, { serial }));
const entry = members({ epoch: count, index: count, command });

export const messageSchemas: MessageSchemas<Message> = {
  append: typed('append', {
    to: node,
    epoch: count,
    round: count,
    previousIndex: count,
    previousEpoch: count,
    entries: listOf(entry),
    shownIndex: count,
    safeIndex: count,
  }),
  install: typed('install', {
    to: node,
    epoch: count,
    round: count,
    snapshot: members({ index: count, epoch: count, state: machineState, sessions: savedSessions }),
  }),
  confirmed: typed('confirmed', { epoch: count, round: count, matchIndex: count }),
  mismatch: typed('mismatch', {
    epoch: count,
    round: count,
    previousIndex: count,
    conflictIndex: count,
    conflictEpoch: count,
  }),
  fenced: typed('fenced', { epoch: count }),
  ask: typed('ask', { to: node, epoch: count, binding: flag }),
  promise: typed('promise', {
    epoch: count,
    binding: flag,
    end: members({ lastEpoch: count, lastIndex: count }),
  }),
  lead: typed('lead', { epoch: count }),
  'ask-read-index': typed('ask-read-index', { to: node, ...ticket }),
  'read-index': typed('read-index', { index: orNull(count), ...ticket }),
  'ask-log-end': typed('ask-log-end', { to: node, ...ticket }),
  'log-end': typed('log-end', { lastIndex: count, ...ticket }),
};
