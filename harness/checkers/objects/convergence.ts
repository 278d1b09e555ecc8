/** convergence: see README.md. */
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecidable } from './findings.ts';

export function convergence(spec: SequentialSpec, _options: { readonly initial?: unknown } = {}): Checker {
  return {
    name: 'convergence',
    meaning: `convergence of ${spec.name}`,
    check: () => undecidable('not decided yet'),
  };
}
