/** Causal consistency in its variants, and PRAM: the checkers of these levels. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';

export type CausalLevel = 'cc' | 'ccv' | 'cm' | 'pram';

export interface CausalOptions {
  /** The value of every key before the first operation; null by default. */
  readonly initial?: Json;
}

/** Decides a causal level of histories of single values, when no value that is read was written twice. */
export function causal(level: CausalLevel, _spec: SequentialSpec, _options: CausalOptions = {}): Checker {
  return {
    name: level,
    meaning: level,
    check: () => ({ valid: 'unknown', anomalies: [], reason: 'not decided yet', stats: {} }),
  };
}
