/**
 * Which level implies which. A history that holds a level holds everything that follows from it, so a person only
 * wants to see the strongest ones that held.
 *
 *     strict-serializable ─┬─ serializable ── snapshot-isolation ── read-committed
 *                          └─ linearizable ─┬─ regular ── no-lost-writes
 *                                           ├─ convergence, mutual-exclusion, never-oversold
 *                                           └─ sequential ─┬─ ccv ─┬─ cc ─┬─ writes-follow-reads
 *                                                          └─ cm ──┤      ├─ read-your-writes
 *                                                                  └ pram ┴─ monotonic-reads, monotonic-writes
 *
 * Sources: Jepsen's hierarchy of consistency models; Bouajjani et al. (POPL 2017) for cc, ccv and cm; Brzezinski et al.
 * (2004) for causality as the union of the session guarantees. `ccv` implies only `cc`; `pram` follows from `cm` alone.
 */
import type { Guarantee } from '../nodes/kernel/model.ts';

/** What each level implies directly. */
const implied: Readonly<Record<Guarantee, readonly Guarantee[]>> = {
  'strict-serializable': ['serializable', 'linearizable'],
  serializable: ['snapshot-isolation'],
  'snapshot-isolation': ['read-committed'],
  'read-committed': [],
  linearizable: ['regular', 'sequential', 'convergence', 'mutual-exclusion', 'never-oversold'],
  regular: ['no-lost-writes'],
  sequential: ['ccv', 'cm'],
  ccv: ['cc'],
  cm: ['cc', 'pram'],
  cc: ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
  pram: ['read-your-writes', 'monotonic-reads', 'monotonic-writes'],
  'read-your-writes': [],
  'monotonic-reads': [],
  'monotonic-writes': [],
  'writes-follow-reads': [],
  convergence: [],
  'no-lost-writes': [],
  'never-oversold': [],
  'mutual-exclusion': [],
};

/** Whether whatever holds `stronger` holds `weaker`; a level implies itself. */
export function implies(stronger: Guarantee, weaker: Guarantee): boolean {
  return stronger === weaker || implied[stronger].some((level) => implies(level, weaker));
}

/** The maximal ones of the levels that held, in the order given. */
export function strongest(held: readonly Guarantee[]): Guarantee[] {
  return held.filter((level) => !held.some((other) => other !== level && implies(other, level)));
}
