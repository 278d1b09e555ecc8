/**
 * Turns the schemas of a model's routes into functions, with ajv at run time. In a bundle another module stands in this
 * place, made from the same schemas beforehand (harness/cluster/bundle.ts): loading and running ajv would cost a node
 * more than all the rest of its start.
 */
import { Ajv } from 'ajv';
import type { NodeModel, Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';

/** What ajv says about one problem. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** A compiled schema; `errors` belongs to the last call. */
export interface CompiledSchema {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

/** How schemas are compiled, here and in bundles: every problem is wanted, not the first. */
export const schemaSettings = { allErrors: true, strict: false } as const;

/** Names a route in a bundle. */
export function routeName(model: string, route: Pick<Route<Protocol>, 'method' | 'path'>): string {
  return `${model} ${route.method} ${route.path}`;
}

/** The compiled schema of each route that has one, by `routeName`. */
export function compileSchemas(model: Pick<NodeModel, 'name' | 'routes'>): ReadonlyMap<string, CompiledSchema> {
  const ajv = new Ajv(schemaSettings);
  return new Map(
    model.routes.flatMap((route) =>
      route.schema === undefined ? [] : [[routeName(model.name, route), ajv.compile(route.schema)]],
    ),
  );
}
