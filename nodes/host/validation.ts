/** What is wrong with a request, in sentences for the person who sent it: all of it, not only the first problem. */
import type { NodeModel, Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { compileSchemas, type CompiledSchema, type NamedSchema, type SchemaError } from './compile.ts';

export type Validate = (value: unknown) => readonly string[];

type Routes<P extends Protocol> = Pick<NodeModel<P>, 'name' | 'routes'>;

const noProblems: readonly string[] = [];

/** For each route of the model that has a schema, the function that lists the problems of what it describes. */
export function validatorsOf<P extends Protocol>(model: Routes<P>): ReadonlyMap<Route<P>, Validate> {
  const compiled = compileSchemas(schemasOf(model));
  const validators = new Map<Route<P>, Validate>();
  for (const route of model.routes) {
    const schema = compiled.get(schemaName(model.name, route));
    const subject = route.method === 'GET' ? 'the query' : 'the body';
    if (schema !== undefined) validators.set(route, validatorOf(schema, subject));
  }
  return validators;
}

/** The schemas of a model's routes, by names that no two models share. */
export function schemasOf<P extends Protocol>({ name, routes }: Routes<P>): readonly NamedSchema[] {
  return routes.flatMap((route) =>
    route.schema === undefined ? [] : [{ name: schemaName(name, route), schema: route.schema }],
  );
}

function schemaName<P extends Protocol>(model: string, { method, path }: Route<P>): string {
  return `${model} ${method} ${path}`;
}

function validatorOf(schema: CompiledSchema, subject: string): Validate {
  return (value) => {
    if (schema(value)) return noProblems;
    return [...new Set((schema.errors ?? []).map((error) => sentence(error, subject)))];
  };
}

function sentence({ instancePath, keyword, params, message }: SchemaError, subject: string): string {
  // "/txn/0/1" reads better as "txn[0][1]".
  const path = instancePath
    .split('/')
    .slice(1)
    .map((segment, at) => (/^\d+$/.test(segment) ? `[${segment}]` : `${at === 0 ? '' : '.'}${segment}`))
    .join('');
  const where = path === '' ? subject : `"${path}"`;
  if (keyword === 'additionalProperties') {
    return `${where} has an unknown property "${String(params.additionalProperty)}"`;
  }
  if (keyword === 'required') return `${where} lacks "${String(params.missingProperty)}"`;
  if (keyword === 'enum') return `${where} must be one of ${JSON.stringify(params.allowedValues)}`;
  if (keyword === 'const') return `${where} must be ${JSON.stringify(params.allowedValue)}`;
  return `${where} ${message ?? `breaks the rule ${keyword}`}`;
}
