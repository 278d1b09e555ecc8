/** Isolation levels of transactions. */
import type { Guarantee } from '../../../nodes/kernel/model.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecided } from '../run.ts';

export const isolationLevels = [
  'read-uncommitted',
  'read-committed',
  'repeatable-read',
  'snapshot-isolation',
  'serializable',
  'strong-session-snapshot-isolation',
  'strong-session-serializable',
  'strong-snapshot-isolation',
  'strict-serializable',
] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

/** Whether `isolation` judges histories of this spec. */
export function isTransactional(spec: SequentialSpec): boolean {
  return ['list-append', 'rw-register', 'long-fork', 'append'].includes(spec.name);
}

export function isIsolationLevel(level: Guarantee | IsolationLevel): level is IsolationLevel {
  return (isolationLevels as readonly string[]).includes(level);
}

export function isolation(level: IsolationLevel, spec: SequentialSpec): Checker {
  return { name: level, meaning: `${level} of ${spec.name}`, check: () => undecided('not judged yet') };
}
