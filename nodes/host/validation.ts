/** What is wrong with a request: all of it, not only the first problem. */
import type { NodeModel, Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { compileSchemas, type CompiledSchema, type NamedSchema } from './compile.ts';
import { problemsOf } from './problems.ts';

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
    return problemsOf(schema.errors ?? [], subject);
  };
}
