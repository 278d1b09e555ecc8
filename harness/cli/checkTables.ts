/** What `check --help` shows: everything that has a name, from the registries. */
import { guarantees } from '../../nodes/kernel/model.ts';
import { checkerOf } from '../checkers/levels.ts';
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
  const lines = historyFormats.flatMap(({ name, meaning, readings }) => [
    `  ${name}: ${meaning}`,
    ...readings.map(
      ({ of, reading }) => `    ${of}: --nil-read ${reading.nilRead} --failed-cas ${reading.failedCas}`,
    ),
  ]);
  return ['Formats, and the flags that they imply:', ...lines].join('\n');
}

/** The levels that can be judged; specs that have the same ones together. */
export function guaranteesTable(): string {
  const specsOf = new Map<string, string[]>();
  for (const spec of specs) {
    const levels = guarantees.filter((level) => checkerOf(level, { spec }) !== null).join(', ');
    specsOf.set(levels, [...(specsOf.get(levels) ?? []), spec.name]);
  }
  const lines = [...specsOf].flatMap(([levels, names]) => [`  ${names.join(', ')}:`, `    ${levels}`]);
  return ['Guarantees (--guarantee) by spec, and strongest, which asks what held at all:', ...lines].join(
    '\n',
  );
}
