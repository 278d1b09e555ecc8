/** Sequential consistency of the whole store: the checker of this level. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';

export interface SequentialOptions {
  /** The state of every key before the first operation, in the form that the spec's `init` takes. */
  readonly initial?: Json;
}

/** Decides whether all operations fit into one order that keeps the order of every process. */
export function sequential(_spec: SequentialSpec, _options: SequentialOptions = {}): Checker {
  return {
    name: 'sequential',
    meaning: 'sequential',
    check: () => ({ valid: 'unknown', anomalies: [], reason: 'not decided yet', stats: {} }),
  };
}
