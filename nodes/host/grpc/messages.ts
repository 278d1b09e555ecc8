/**
 * What fields of kv.proto mean as JSON, the same for requests and answers, in nodes and in whoever asks them: values are
 * JSON texts, a micro-operation `["add", "k1", 2, 0]` is its kind, its key, and the rest as JSON texts; a field that is
 * empty is not there.
 */
import type { Json } from '../../kernel/wire.ts';

/** By the names of kv.proto. */
export type Fields = Readonly<Record<string, Json>>;

interface MicroMessage {
  readonly kind: string;
  readonly key: string;
  readonly arguments: readonly string[];
}

type MicroJson = readonly [kind: string, key: string, ...more: Json[]];

/** A text in a message that must be JSON is none; says which field. */
export class NotJson extends Error {
  override name = 'NotJson';
}

/** The message as JSON. Throws `NotJson`. */
export function fieldsOf(message: Readonly<Record<string, unknown>>): Fields {
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(message)) {
    const read = readField(name, value);
    if (read !== undefined) fields[name] = read;
  }
  return fields;
}

function readField(name: string, value: unknown): Json | undefined {
  switch (name) {
    case 'txn':
      return (value as readonly MicroMessage[]).map(fromMicro);
    case 'values': {
      const texts = value as readonly string[];
      return texts.length === 0 ? undefined : texts.map((text) => parsed(name, text));
    }
    case 'value':
    case 'from':
    case 'to':
      return value === '' ? undefined : parsed(name, value as string);
    case 'leader':
      return value === '' ? null : (value as string);
    default:
      return value === '' ? undefined : (value as Json);
  }
}

/** The message that says these fields; what it has no field for is left out by whoever writes it. */
export function messageOf(fields: Fields): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) message[name] = writtenField(name, value);
  return message;
}

function writtenField(name: string, value: Json): unknown {
  switch (name) {
    case 'txn':
      return (value as readonly MicroJson[]).map(toMicro);
    case 'values':
      return (value as readonly Json[]).map((item) => JSON.stringify(item));
    case 'value':
    case 'from':
    case 'to':
      return JSON.stringify(value);
    case 'leader':
      return value ?? '';
    default:
      return value;
  }
}

/** What has no arguments has null in their place: `["r", "k1", null]`. */
function fromMicro({ kind, key, arguments: texts }: MicroMessage): Json {
  return [kind, key, ...(texts.length === 0 ? [null] : texts.map((text) => parsed('arguments', text)))];
}

function toMicro([kind, key, ...more]: MicroJson): MicroMessage {
  return { kind, key, arguments: more.map((item) => JSON.stringify(item)) };
}

function parsed(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new NotJson(`"${name}" is not JSON`);
  }
}
