/** What each message looks like (messages.ts says what it means). */
import type { MessageSchemas } from '../kernel/model.ts';
import { below, listOf, text, tuple, typed } from '../kernel/schemas.ts';
import type { Message } from './messages.ts';
import { bucketCount } from './store.ts';

export const messageSchemas: MessageSchemas<Message> = {
  sync: null,
  synced: null,
  digest: typed('digest', { root: text, buckets: listOf(text) }),
  summary: typed('summary', {
    root: text,
    buckets: listOf(below(bucketCount)),
    hashes: listOf(tuple(text, text)),
  }),
};
