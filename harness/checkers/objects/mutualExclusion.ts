/** mutual-exclusion: see README.md. */
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecidable } from './findings.ts';

export function mutualExclusion(
  spec: SequentialSpec,
  _options: { readonly initial?: unknown } = {},
): Checker {
  return {
    name: 'mutual-exclusion',
    meaning: `mutual-exclusion of ${spec.name}`,
    check: () => undecidable('not decided yet'),
  };
}
