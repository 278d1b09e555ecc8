/** The levels that follow values from writes to reads and say what contradicts them, the strongest first. */
import type { Guarantee } from '../../../nodes/kernel/model.ts';

export const valueLevels = [
  'sequential',
  'ccv',
  'cm',
  'cc',
  'pram',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const satisfies readonly Guarantee[];
