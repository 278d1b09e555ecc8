/** The four session guarantees: the checkers of these levels. */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';

export type SessionLevel =
  'read-your-writes' | 'monotonic-reads' | 'monotonic-writes' | 'writes-follow-reads';

export interface SessionOptions {
  /** The value of every key before the first operation; null by default. */
  readonly initial?: Json;
}

/** Decides a session guarantee for histories of single values, when no value that is read was written twice. */
export function sessionGuarantee(
  level: SessionLevel,
  _spec: SequentialSpec,
  _options: SessionOptions = {},
): Checker {
  return {
    name: level,
    meaning: level,
    check: () => ({ valid: 'unknown', anomalies: [], reason: 'not decided yet', stats: {} }),
  };
}
