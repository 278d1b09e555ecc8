/** Which spec a history follows, from the operations in it, for people who did not say. */
import type { Op } from '../history.ts';
import { specs } from '../specs/index.ts';
import type { SequentialSpec } from '../specs/spec.ts';

/** The operations of the clients, by name. */
export function operationNames(history: readonly Op[]): string[] {
  const invocations = history.filter((op) => op.process !== 'nemesis' && op.type === 'invoke');
  return [...new Set(invocations.map((op) => op.f))].sort();
}

/** The specs that have all the operations of a history, narrowed down by what reads answered; the likeliest first. */
export function guessSpecs(history: readonly Op[]): readonly SequentialSpec[] {
  const names = operationNames(history);
  const fitting = specs.filter((spec) => names.every((name) => hasOperation(spec, name)));
  const read = history.find((op) => op.type === 'ok' && op.f === 'read' && op.value !== null)?.value;
  if (read === undefined) return fitting;
  // `add` and `read` are operations of a set, which is read as a list, and of a counter.
  const readsLists = fitting.filter(({ name }) => name === 'set' || name === 'append');
  return Array.isArray(read) && readsLists.length > 0
    ? readsLists
    : fitting.filter((spec) => !readsLists.includes(spec));
}

export function hasOperation(spec: SequentialSpec, name: string): boolean {
  return spec.operations.some(({ f }) => f === name);
}
