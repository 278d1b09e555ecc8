/** Regular registers. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';

export interface RegularOptions {
  /** The value of every key before the first operation. */
  readonly initial?: Json;
}

/** Decides whether every read returned a value that a regular register may return. */
export function regular(spec: SequentialSpec, _options: RegularOptions = {}): Checker {
  return {
    name: 'regular',
    meaning: `a read returns the last write, or one that overlaps it (${spec.name})`,
    check: () => ({ valid: 'unknown', anomalies: [], reason: 'not decided', stats: {} }),
  };
}
