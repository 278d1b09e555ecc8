/** What each message looks like (messages.ts says what it means). */
import type { JsonSchema, MessageSchemas } from '../kernel/model.ts';
import { anyJson, count, listOf, members, text, tuple, typed } from '../kernel/schemas.ts';
import type { Message } from './messages.ts';

/** The number of a node, as a text. */
const numberPattern = '^[1-9][0-9]*$';
const origin: JsonSchema = { type: 'string', pattern: numberPattern };
const vector: JsonSchema = {
  type: 'object',
  patternProperties: { [numberPattern]: count },
  additionalProperties: false,
};
const version = { value: anyJson, lamport: count, origin };
const write = members({ ...version, key: text, sequence: count, dependencies: vector });

export const messageSchemas: MessageSchemas<Message> = {
  writes: typed('writes', { writes: listOf(write) }),
  have: typed('have', { applied: vector }),
  state: typed('state', {
    state: members({ applied: vector, lamport: count, entries: listOf(tuple(text, members(version))) }),
  }),
};
