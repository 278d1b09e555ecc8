/** What people are told about a body that breaks a schema: all of it, each problem once, and nothing that contradicts. */
import assert from 'node:assert/strict';
import { compileSchemas } from '../../../nodes/host/compile.ts';
import { problemsOf } from '../../../nodes/host/problems.ts';
import type { JsonSchema } from '../../../nodes/kernel/model.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

const tuple = (...items: JsonSchema[]): JsonSchema => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
});

const tagged: JsonSchema = {
  anyOf: [
    tuple({ const: 'r' }, { type: 'string' }, { type: 'null' }),
    tuple({ const: 'add' }, { type: 'string' }, { type: 'number' }, { type: 'number' }),
    tuple(
      { const: 'at' },
      { type: 'string' },
      { anyOf: [{ type: 'number', minimum: 0 }, tuple({ type: 'number' }, { type: 'number' })] },
    ),
  ],
};
const typed = (type: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties: { type: { const: type }, ...properties },
  required: ['type', ...Object.keys(properties)],
});
const schema: JsonSchema = {
  type: 'object',
  properties: {
    list: { type: 'array', items: tagged },
    names: {
      type: 'object',
      propertyNames: { pattern: '^[0-9]+$' },
      additionalProperties: { type: 'integer' },
    },
    either: { type: ['string', 'number'] },
    one: { oneOf: [{ type: 'number', minimum: 3 }, { type: 'number', maximum: 5 }, { type: 'null' }] },
    chosen: { if: { type: 'array' }, then: tuple({ type: 'number' }), else: { type: 'null' } },
    kind: {
      type: 'object',
      discriminator: { propertyName: 'type' },
      oneOf: [typed('get', { key: { type: 'string' } }), typed('stop', {})],
    },
  },
  additionalProperties: false,
  anyOf: [{ required: ['list'] }, { required: ['names'] }, { required: ['either'] }],
};

function problems(body: Json): readonly string[] {
  const validate = compileSchemas([{ name: 'a', schema }]).get('a');
  assert(validate !== undefined);
  return validate(body) ? [] : problemsOf(validate.errors ?? [], 'the body');
}

describe('what is wrong with a body', () => {
  const told: readonly (readonly [body: Json, problems: readonly string[]])[] = [
    [
      {
        list: [
          ['r', 'k', null],
          ['at', 'k', [1, 2]],
        ],
      },
      [],
    ],
    [{ list: [['r', 'k', 1]] }, ['"list[0][2]" must be null']],
    [{ list: [['x', 'k', 1]] }, ['"list[0][0]" must be "r" or "add" or "at"']],
    [{ list: [7] }, ['"list[0]" must be array']],
    [{ list: [['add', 'k', '1', '2']] }, ['"list[0][2]" must be number', '"list[0][3]" must be number']],
    [{ list: [['at', 'k', 'x']] }, ['"list[0][2]" must be number or array']],
    [{ list: [['at', 'k', -1]] }, ['"list[0][2]" must be >= 0']],
    [{ list: [['at', 'k', ['x', 1]]] }, ['"list[0][2][0]" must be number']],
    [
      {
        list: [
          ['r', 'k', 1],
          ['add', 1, 1, 1],
        ],
      },
      ['"list[0][2]" must be null', '"list[1][1]" must be string'],
    ],
    [{ names: { a: 1 } }, ['the name "a" in "names" must match pattern "^[0-9]+$"']],
    [
      { names: { '1': 'x' }, more: 1 },
      ['"names[1]" must be integer', 'the body has an unknown property "more"'],
    ],
    [{ either: null }, ['"either" must be string or number']],
    [{ either: 1, one: 'x' }, ['"one" must be number or null']],
    [{ either: 1, one: 4 }, ['"one" must match exactly one schema in oneOf']],
    [{ either: 1, chosen: ['x'] }, ['"chosen[0]" must be number']],
    [{ either: 1, chosen: 'x' }, ['"chosen" must be null']],
    [{ either: 1, kind: { type: 'get', key: 'k' } }, []],
    [{ either: 1, kind: { type: 'get' } }, ['"kind" lacks "key"']],
    [{ either: 1, kind: { type: 'go' } }, ['"kind" is of no known type: "go"']],
    [{ either: 1, kind: {} }, ['"kind" lacks "type"']],
    [{}, ['the body lacks "list" or "names" or "either"']],
    [[], ['the body must be object']],
  ];
  for (const [body, expected] of told) {
    it(`is told of ${JSON.stringify(body)}`, () => {
      assert.deepEqual([...problems(body)].sort(), [...expected].sort());
    });
  }
});
