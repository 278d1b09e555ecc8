/**
 * Turns schemas into functions, with ajv at run time. In a bundle another module stands in this place, made from the
 * same schemas beforehand (harness/cluster/bundle.ts): loading and running ajv would cost a node more than all the rest
 * of its start.
 */
import { Ajv } from 'ajv';
import type { JsonSchema } from '../kernel/model.ts';

export interface NamedSchema {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** What ajv says about one problem. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** Of a rule for the names of members. */
  readonly propertyName?: string;
}

/** A compiled schema; `errors` belongs to the last call. */
export interface CompiledSchema {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

/**
 * How schemas are compiled, here and for bundles: every problem is wanted, not the first; and of alternatives that a tag
 * tells apart, only one is tried.
 */
export const schemaSettings = { allErrors: true, strict: false, discriminator: true } as const;

/** It compiles each schema once, however many nodes a process runs. */
const ajv = new Ajv(schemaSettings);

/** The function of each schema, by name. */
export function compileSchemas(schemas: readonly NamedSchema[]): ReadonlyMap<string, CompiledSchema> {
  return new Map(schemas.map(({ name, schema }) => [name, ajv.compile(schema)]));
}
