/**
 * The formats of a run folder, and of what commands print with --json, as JSON schemas; and checks against them. A
 * schema is compiled when it is first used: commands that read no file pay nothing.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import benchCheckersSchema from './benchCheckers.schema.json' with { type: 'json' };
import benchHarnessSchema from './benchHarness.schema.json' with { type: 'json' };
import checkSchema from './check.schema.json' with { type: 'json' };
import configSchema from './config.schema.json' with { type: 'json' };
import historySchema from './history.schema.json' with { type: 'json' };
import resultsSchema from './results.schema.json' with { type: 'json' };
import scheduleSchema from './schedule.schema.json' with { type: 'json' };
import simSchema from './sim.schema.json' with { type: 'json' };
import submissionSchema from './submission.schema.json' with { type: 'json' };

const schemas = {
  benchCheckers: benchCheckersSchema,
  benchHarness: benchHarnessSchema,
  check: checkSchema,
  config: configSchema,
  history: historySchema,
  results: resultsSchema,
  schedule: scheduleSchema,
  sim: simSchema,
  submission: submissionSchema,
};
export type SchemaName = keyof typeof schemas;

const compiled = new Map<SchemaName, ValidateFunction>();

/** What is wrong with the value, a phrase each; empty when it fits the schema. */
export function schemaProblems(name: SchemaName, value: unknown): string[] {
  let validate = compiled.get(name);
  if (validate === undefined) {
    validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schemas[name]);
    compiled.set(name, validate);
  }
  return validate(value) ? [] : describeErrors(validate.errors ?? []);
}

function describeErrors(errors: readonly ErrorObject[]): string[] {
  return errors.map((error) => {
    const where = error.instancePath === '' ? '' : `${error.instancePath.slice(1).replaceAll('/', '.')} `;
    const allowed = (error.params as { allowedValues?: unknown }).allowedValues;
    const extra = (error.params as { additionalProperty?: string }).additionalProperty;
    if (allowed !== undefined) return `${where}must be one of ${JSON.stringify(allowed)}`;
    if (extra !== undefined) return `${where}has an unknown property '${extra}'`;
    return `${where}${error.message ?? error.keyword}`;
  });
}
