/** What each message looks like (messages.ts says what it means). */
import type { MessageSchemas } from '../kernel/model.ts';
import { count, text, typed } from '../kernel/schemas.ts';
import { boundedCounter } from './boundedCounter.ts';
import type { Message } from './messages.ts';

const { schema: state } = boundedCounter;

export const messageSchemas: MessageSchemas<Message> = {
  sync: null,
  synced: null,
  'rights-wanted': typed('rights-wanted', { key: text, amount: count, state }),
  rights: typed('rights', { key: text, state }),
};
