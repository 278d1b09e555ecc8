/**
 * Which level implies which. A history that holds a level holds everything that follows from it, so a person only
 * wants to see the strongest ones that held.
 *
 *     strict-serializable ─┬─ serializable ── snapshot-isolation ── read-committed
 *                          └─ linearizable ─┬─ regular ── no-lost-writes
 *                                           ├─ convergence, mutual-exclusion, never-oversold
 *                                           └─ sequential ─┬─ ccv ─┬─ monotonic-reads
 *                                                          │       └─ cc
 *                                                          └─ cm ──┬─ cc ─── writes-follow-reads, read-your-writes,
 *                                                                  │         monotonic-writes
 *                                                                  └─ pram ─ monotonic-reads, read-your-writes,
 *                                                                            monotonic-writes
 *
 * It is true of the procedures that decide the levels, and a test fuzzes it: what a level accepts, no level below it
 * refuses. Causal consistency (cc) does not imply monotonic reads: it lets a session order concurrent writes anew for
 * each of its reads, so it may read 1, 2, and 1 again; convergence (ccv) and PRAM forbid that. A regular register shows
 * a session its own writes, but nobody asks it what a cas without an answer has seen.
 *
 * Sources: Jepsen's hierarchy of consistency models; Bouajjani et al. (POPL 2017) for cc, ccv and cm; Brzezinski et al.
 * (2004) for the session guarantees, which together are less than causality as these procedures decide them: they look
 * at what can be seen from outside.
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
  ccv: ['cc', 'monotonic-reads'],
  cm: ['cc', 'pram'],
  cc: ['read-your-writes', 'monotonic-writes', 'writes-follow-reads'],
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
