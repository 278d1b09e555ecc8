/**
 * What schemas of messages are made of. They are on the path of every message, so that they say what costs little to
 * look at: alternatives are told apart by a tag, and tried one only.
 */
import type { JsonSchema } from './model.ts';

/** A schema for each member. */
type Members = Readonly<Record<string, JsonSchema>>;

export const anyJson: JsonSchema = {};
export const text: JsonSchema = { type: 'string' };
export const flag: JsonSchema = { type: 'boolean' };
export const count: JsonSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** The name of a node. */
export const node: JsonSchema = { type: 'string', pattern: '^n[1-9][0-9]*$' };

/** A whole number below this one. */
export function below(limit: number): JsonSchema {
  return { type: 'integer', minimum: 0, exclusiveMaximum: limit };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** A list of exactly these. */
export function tuple(...items: readonly JsonSchema[]): JsonSchema {
  return { type: 'array', items, minItems: items.length, maxItems: items.length, additionalItems: false };
}

/** An object with these members, and no others. */
export function members(required: Members, optional: Members = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/** An object with these members, and no others but its `type`. */
export function typed(type: string, required: Members = {}, optional: Members = {}): JsonSchema {
  return members({ type: { const: type }, ...required }, optional);
}

/** One of these objects, each of a `type` of its own. */
export function oneOfTypes(...alternatives: readonly JsonSchema[]): JsonSchema {
  return { type: 'object', discriminator: { propertyName: 'type' }, oneOf: alternatives };
}

/** What fits `condition` must be `then`, all else `otherwise`. Unlike `anyOf` it tries one alternative only. */
export function choice(condition: JsonSchema, then: JsonSchema, otherwise: JsonSchema): JsonSchema {
  return { if: condition, then, else: otherwise };
}

export function orNull(schema: JsonSchema): JsonSchema {
  return choice({ type: 'null' }, anyJson, schema);
}
