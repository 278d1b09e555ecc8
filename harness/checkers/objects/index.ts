/** The checkers that belong to objects: one line a spec. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { leaderTerms } from './leaderTerms.ts';
import { uniqueIds } from './uniqueIds.ts';

export { convergence } from './convergence.ts';
export { mutualExclusion } from './mutualExclusion.ts';
export { neverOversold } from './neverOversold.ts';
export { noLostWrites } from './noLostWrites.ts';

export interface ObjectOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

const checkersOf: Readonly<
  Record<string, (spec: SequentialSpec, options: ObjectOptions) => readonly Checker[]>
> = {
  'unique-ids': () => [uniqueIds()],
  leader: () => [leaderTerms()],
};

/**
 * The checkers that every history of this spec should pass, whatever consistency level is claimed. Empty for specs that
 * have none.
 */
export function objectCheckers(spec: SequentialSpec, options: ObjectOptions = {}): readonly Checker[] {
  return Object.hasOwn(checkersOf, spec.name) ? (checkersOf[spec.name]?.(spec, options) ?? []) : [];
}
