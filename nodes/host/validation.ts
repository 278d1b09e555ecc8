/** What is wrong with a request: all of it, not only the first problem. */
import { assert } from '../kernel/assert.ts';
import type { JsonSchema, NodeModel, Route } from '../kernel/model.ts';
import type { Protocol } from '../kernel/protocol.ts';
import { compileSchemas, type CompiledSchema, type NamedSchema } from './compile.ts';
import { problemsOf } from './problems.ts';

export type Validate = (value: unknown) => readonly string[];

/** What a model says of requests and messages. */
export type Described<P extends Protocol = Protocol> = Pick<
  NodeModel<P>,
  'name' | 'routes' | 'messageSchemas'
>;

const noProblems: readonly string[] = [];

/** For each route of the model that has a schema, the function that lists the problems of what it describes. */
export function validatorsOf<P extends Protocol>(model: Described<P>): ReadonlyMap<Route<P>, Validate> {
  const compiled = compileSchemas(schemasOf(model));
  const validators = new Map<Route<P>, Validate>();
  for (const route of model.routes) {
    if (route.schema === undefined) continue;
    const schema = schemaNamed(compiled, schemaName(model.name, route));
    const subject = route.method === 'GET' ? 'the query' : 'the body';
    validators.set(route, validatorOf(schema, subject));
  }
  return validators;
}

/** For each type of message that comes in batches, the function that lists the problems of one. */
export function messageValidatorsOf<P extends Protocol>(model: Described<P>): ReadonlyMap<string, Validate> {
  const compiled = compileSchemas(schemasOf(model));
  const validators = new Map<string, Validate>();
  for (const [type, schema] of ofMessages(model)) {
    if (schema === null) continue;
    const name = messageName(model.name, type);
    validators.set(type, validatorOf(schemaNamed(compiled, name), 'the message'));
  }
  return validators;
}

/** The schemas of a model's routes and messages, by names that no two models share. */
export function schemasOf<P extends Protocol>(model: Described<P>): readonly NamedSchema[] {
  const { name, routes } = model;
  return [
    ...routes.flatMap((route) =>
      route.schema === undefined ? [] : [{ name: schemaName(name, route), schema: route.schema }],
    ),
    ...ofMessages(model).flatMap(([type, schema]) =>
      schema === null ? [] : [{ name: messageName(name, type), schema }],
    ),
  ];
}

function ofMessages<P extends Protocol>({
  messageSchemas,
}: Described<P>): readonly (readonly [type: string, schema: JsonSchema | null])[] {
  return Object.entries(messageSchemas as Readonly<Record<string, JsonSchema | null>>);
}

/** A bundle holds what was compiled for some models: without its schema nothing may be taken. */
function schemaNamed(compiled: ReadonlyMap<string, CompiledSchema>, name: string): CompiledSchema {
  const schema = compiled.get(name);
  assert(schema !== undefined, `the schema of ${name} is not in this program`);
  return schema;
}

function schemaName<P extends Protocol>(model: string, { method, path }: Route<P>): string {
  return `${model} ${method} ${path}`;
}

function messageName(model: string, type: string): string {
  return `${model} message ${type}`;
}

function validatorOf(schema: CompiledSchema, subject: string): Validate {
  return (value) => {
    if (schema(value)) return noProblems;
    return problemsOf(schema.errors ?? [], subject);
  };
}
