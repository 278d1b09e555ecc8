/** Long forks. */
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecided } from '../run.ts';

export function longFork(spec: SequentialSpec): Checker {
  return {
    name: 'long-fork',
    meaning: `long forks of ${spec.name}`,
    check: () => undecided('not judged yet'),
  };
}
