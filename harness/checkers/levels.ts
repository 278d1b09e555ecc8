/**
 * Which checker decides which consistency level, for histories of a given sequential spec. A level that makes no sense
 * for a spec (mutual exclusion of a register) has none.
 */
import type { Guarantee } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../specs/spec.ts';
import type { Checker } from './checker.ts';
import { linearizable } from './linearizable/linearizable.ts';

/** What the operations of a history act on. */
export interface Subject {
  readonly spec: SequentialSpec;
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

/** The checker of a level for histories of this spec, or null when the level says nothing about them. */
export function checkerOf(level: Guarantee, { spec, initial }: Subject): Checker | null {
  const options = initial === undefined ? {} : { initial };
  switch (level) {
    case 'linearizable':
      return linearizable(spec, options);
    case 'strict-serializable':
      // Operations on one key each are transactions of one operation, and then strict serializability of the whole
      // store is linearizability of every key (Herlihy & Wing 1990, §3.3: locality).
      return { ...linearizable(spec, options), name: level, sameAs: 'linearizable' };
    default:
      return null;
  }
}

/** The levels that a history should have held if nobody says more. */
export function defaultLevels(spec: SequentialSpec): readonly Guarantee[] {
  const strongestFirst = ['linearizable', 'strict-serializable'] as const;
  const level = strongestFirst.find((candidate) => checkerOf(candidate, { spec }) !== null);
  return level === undefined ? [] : [level];
}

/** The checkers that judge objects of this spec whatever level is asked. */
export function objectCheckers(_subject: Subject): readonly Checker[] {
  return [];
}
