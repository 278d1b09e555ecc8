/** never-oversold: see README.md. */
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecidable } from './findings.ts';

export function neverOversold(spec: SequentialSpec, _options: { readonly initial?: unknown } = {}): Checker {
  return {
    name: 'never-oversold',
    meaning: `never-oversold of ${spec.name}`,
    check: () => undecidable('not decided yet'),
  };
}
