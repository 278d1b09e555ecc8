/** no-lost-writes: see README.md. */
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Checker } from '../checker.ts';
import { undecidable } from './findings.ts';

export function noLostWrites(spec: SequentialSpec, _options: { readonly initial?: unknown } = {}): Checker {
  return {
    name: 'no-lost-writes',
    meaning: `no-lost-writes of ${spec.name}`,
    check: () => undecidable('not decided yet'),
  };
}
