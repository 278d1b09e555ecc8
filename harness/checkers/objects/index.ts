/** The checkers that belong to objects: one line a spec. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { longFork } from '../transactions/longFork.ts';
import { appliedOnce } from './appliedOnce.ts';
import { bank } from './bank.ts';
import { counterBounds } from './counterBounds.ts';
import { leaderTerms } from './leaderTerms.ts';
import { mutualExclusion } from './mutualExclusion.ts';
import { neverOversold } from './neverOversold.ts';
import { onlyWritten } from './onlyWritten.ts';
import { setFull } from './setFull.ts';
import { totalQueue } from './totalQueue.ts';
import { uniqueIds } from './uniqueIds.ts';

export { appliedOnce } from './appliedOnce.ts';
export { convergence } from './convergence.ts';
export { counterBounds } from './counterBounds.ts';
export { mutualExclusion } from './mutualExclusion.ts';
export { neverOversold } from './neverOversold.ts';
export { noLostWrites } from './noLostWrites.ts';
export { onlyConcurrent } from './onlyConcurrent.ts';
export { onlyWritten } from './onlyWritten.ts';
export { setFull } from './setFull.ts';
export { totalQueue } from './totalQueue.ts';

export interface ObjectOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

type Makers = readonly ((spec: SequentialSpec, options: ObjectOptions) => Checker)[];

const makersOf: Readonly<Record<string, Makers>> = {
  register: [onlyWritten],
  'cas-register': [onlyWritten],
  append: [onlyWritten, appliedOnce],
  set: [setFull],
  counter: [counterBounds],
  'bounded-counter': [counterBounds, neverOversold],
  inventory: [neverOversold],
  queue: [totalQueue],
  lock: [mutualExclusion],
  'fenced-lock': [mutualExclusion],
  bank: [(_spec, options) => bank(options)],
  'unique-ids': [uniqueIds],
  leader: [leaderTerms],
  'long-fork': [longFork],
};

/**
 * The checkers of what an object owes whatever consistency level is claimed, for histories of this spec. Empty for
 * specs that have none.
 */
export function objectCheckers(spec: SequentialSpec, options: ObjectOptions = {}): readonly Checker[] {
  const makers = Object.hasOwn(makersOf, spec.name) ? makersOf[spec.name] : undefined;
  return (makers ?? []).map((make) => make(spec, options));
}
