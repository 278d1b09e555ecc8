/** What is wrong with a request, in sentences for the person who sent it: all of it, not only the first problem. */
import type { NodeModel, Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { compileSchemas, routeName, type CompiledSchema, type SchemaError } from './compile.ts';

export type Validate = (value: unknown) => readonly string[];

const noProblems: readonly string[] = [];

/** For each route of the model, the function that lists the problems of a body (or of query parameters). */
export function validatorsOf<P extends Protocol>(model: NodeModel<P>): ReadonlyMap<Route<P>, Validate> {
  const compiled = compileSchemas(model as unknown as NodeModel);
  return new Map(
    model.routes.map((route) => {
      const schema = compiled.get(routeName(model.name, route as unknown as Route<Protocol>));
      const subject = route.method === 'GET' ? 'the query' : 'the body';
      return [route, schema === undefined ? () => noProblems : validatorOf(schema, subject)];
    }),
  );
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
