/** What each message looks like (messages.ts says what it means). */
import type { JsonSchema, MessageSchemas } from '../kernel/model.ts';
import {
  anyJson,
  below,
  choice,
  count,
  listOf,
  members,
  node,
  orNull,
  text,
  tuple,
  typed,
} from '../kernel/schemas.ts';
import { fanOut, leafLevel } from './merkle.ts';
import type { Message } from './messages.ts';

const timestamp = choice({ type: 'number' }, anyJson, tuple(count, count));
const version = members({ value: anyJson, timestamp });
const status: JsonSchema = { enum: ['success', 'outdated'] };
/** Of the level with most of them. */
const place = below(fanOut ** leafLevel);

export const messageSchemas: MessageSchemas<Message> = {
  read: typed('read', { operation: count, key: text }),
  version: typed('version', { operation: count, key: text, version: orNull(version) }),
  write: typed('write', { key: text, version }, { standsFor: node, isHandoff: { const: true } }),
  written: typed('written', { key: text, timestamp, status }),
  compare: typed('compare', { level: below(leafLevel + 1), digests: listOf(tuple(place, count)) }),
  summaries: typed('summaries', {
    leaves: listOf(place),
    summaries: listOf(tuple(text, timestamp, count)),
  }),
  versions: typed('versions', { versions: listOf(tuple(text, version)), wanted: listOf(text) }),
};
