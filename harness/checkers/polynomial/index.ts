/** The registry of special cases: one line each. At most one of them decides a part. */
import { fifoQueue } from './fifoQueue.ts';
import { growOnlySet } from './growOnlySet.ts';
import { listAppend } from './listAppend.ts';
import { registers } from './registers.ts';
import type { SpecialCase } from './specialCase.ts';
import { unitCounter } from './unitCounter.ts';

export const specialCases: readonly SpecialCase[] = [
  registers,
  fifoQueue,
  growOnlySet,
  listAppend,
  unitCounter,
];
