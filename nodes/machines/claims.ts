/** What a machine behind one log keeps, whoever answers reads. */
import type { Guarantee } from '../kernel/model.ts';

/**
 * As long as that log loses nothing: changes take effect at their places in it, one after the other, and whatever is read
 * is a prefix of them, at one moment. So transactions have an order, though reads may be behind; and who holds a lock, or
 * what is left to sell, is decided in the log, never by a read.
 */
export const keptByOneLog: readonly Guarantee[] = [
  'serializable',
  'no-lost-writes',
  'mutual-exclusion',
  'never-oversold',
];
