/** Every checker of objects, whether the specification promises it or a workload asks for it. */
import type { Checker } from '../../../../harness/checkers/checker.ts';
import {
  convergence,
  counterBounds,
  mutualExclusion,
  neverOversold,
  noLostWrites,
  objectCheckers,
  onlyConcurrent,
} from '../../../../harness/checkers/objects/index.ts';
import type { SequentialSpec } from '../../../../harness/specs/spec.ts';

export function checkersOf(spec: SequentialSpec): readonly Checker[] {
  return [
    ...objectCheckers(spec),
    convergence(spec),
    noLostWrites(spec),
    neverOversold(spec),
    mutualExclusion(spec),
    onlyConcurrent(spec),
    counterBounds(spec, { scope: 'global' }),
  ];
}
