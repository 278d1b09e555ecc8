/** What logs and snapshots of any machine look like in messages between nodes. */
import { errorKinds } from '../kernel/errors.ts';
import type { JsonSchema } from '../kernel/model.ts';
import {
  anyJson,
  choice,
  count,
  flag,
  listOf,
  members,
  oneOfTypes,
  text,
  tuple,
  typed,
} from '../kernel/schemas.ts';

const startsWith = (kind: string): JsonSchema => ({ items: [{ const: kind }] });
const number: JsonSchema = { type: 'number' };

/** Asked for, and answered. What a read or a pop carries is of no matter when it is asked for. */
const microOperation = choice(
  startsWith('add'),
  tuple({ const: 'add' }, text, number, number),
  choice(
    startsWith('cas'),
    tuple({ const: 'cas' }, text, tuple(anyJson, anyJson)),
    tuple({ enum: ['r', 'w', 'append', 'pop'] }, text, anyJson),
  ),
);
const txn = listOf(microOperation);

const scalar: JsonSchema = { type: ['null', 'boolean', 'number', 'string'] };
const params = choice({ type: 'array' }, { items: scalar }, { type: 'object', additionalProperties: scalar });

/** What a machine is asked to do, by its clients or by a log. */
export const operation = oneOfTypes(
  typed('put', { key: text, value: anyJson }),
  typed('delete', { key: text }),
  typed('cas', { key: text, from: anyJson, to: anyJson }),
  typed('txn', { txn }),
  typed('sql', { statements: listOf(members({ sql: text }, { params, changes: count })), isSingle: flag }),
);

export const serial = members({ client: text, number: count });

const result = oneOfTypes(
  typed('value', { key: text, value: anyJson }),
  typed('written', { key: text, value: anyJson }),
  typed('txn', { txn }),
  typed('sql', {
    results: listOf(members({ columns: listOf(text), rows: listOf(listOf(anyJson)), changes: count })),
    isSingle: flag,
  }),
  typed('refused', { error: { enum: errorKinds.map(({ name }) => name) }, why: text }, { key: text }),
);

export const savedSessions = listOf(tuple(text, count, result));

/** Keys with values, or the file of a database. */
export const machineState = choice(
  { type: 'array' },
  { items: tuple(text, anyJson) },
  members({ database: text }),
);
