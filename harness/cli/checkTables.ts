/** What `check --help` shows: everything that has a name, from the registries. */
import { guarantees } from '../../nodes/kernel/model.ts';
import { historyFormats } from '../formats/index.ts';
import { specs } from '../specs/index.ts';

/** What every spec calls its operations, and the forms of their values. */
export function operationsTable(): string {
  const lines = specs.flatMap((spec) => [
    `  ${spec.name}: ${spec.meaning}`,
    ...spec.operations.map(
      ({ f, invoked, answered }) => `    ${f.padEnd(9)} asks ${invoked}; answers ${answered}`,
    ),
  ]);
  return ['Specs, their operations (f) and values:', ...lines].join('\n');
}

/** The formats, and how each is read unless a flag says otherwise. */
export function formatsTable(): string {
  const lines = historyFormats.flatMap(({ name, meaning, reading }) => [
    `  ${name}: ${meaning}`,
    `    --nil-read ${reading.nilRead} --failed-cas ${reading.failedCas}`,
  ]);
  return ['Formats, and the flags that they imply:', ...lines].join('\n');
}

export const guaranteesTable = `Guarantees: ${guarantees.join(', ')}; strongest: the strongest
  of the spec, and which held if it did not`;
