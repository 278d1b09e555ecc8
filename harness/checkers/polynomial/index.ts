/** The registry of special cases: one line each. At most one of them decides a part. */
import { registers } from './registers.ts';
import type { SpecialCase } from './specialCase.ts';

export const specialCases: readonly SpecialCase[] = [registers];
