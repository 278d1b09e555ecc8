/**
 * The bad patterns of causal consistency and causal convergence (Bouajjani et al., POPL 2017, table 2), near-linear in
 * the operations for a bounded number of sessions.
 *
 * co is the order of sessions with reads-from. Patterns: a cycle of co (CyclicCO); a read of the initial value that
 * depends on a write of its key (WriteCOInitRead); a read that depends on a write which overwrote, in co, the one that
 * it read from (WriteCORead); a cycle of co and the conflict order (CyclicCF). The last one is asked first: without it
 * there is no WriteCORead either, since w1 co w2 and the conflict w2 before w1 are such a cycle.
 */
import type { Budget } from '../checker.ts';
import { none, type ReadsFrom } from '../readsFrom.ts';
import { blocksOf, clocksOf, type Clocks } from './clocks.ts';
import { Edges, listsBy, type Lists } from './edges.ts';
import { KeyWrites } from './keyWrites.ts';
import { orderOf, type Order } from './order.ts';
import { OverwritingSearch, type Overwriting } from './overwritten.ts';

export interface Findings extends Overwriting {
  readonly readsFrom: ReadsFrom;
  /** The reads of every write. */
  readonly readers: Lists;
  readonly keyWrites: KeyWrites;
  /** The operations in an order of co, as far as there is one. */
  readonly order: Order;
  readonly isCyclic: boolean;
  /** The same with conflicts. */
  readonly conflictOrder: Order;
  readonly isConvergent: boolean;
  /** Those of the conflicts from w2 to w1 in which w1 comes before w2. */
  readonly overwritten: Edges;
  /** The clocks of all sessions, where they fit into memory. */
  readonly clocks: Clocks | undefined;
}

/** The last answer for each history, without clocks: it is asked level after level. */
const found = new WeakMap<ReadsFrom, Findings>();

/** The same as `findingsOf`, found once; without clocks. */
export function sharedFindingsOf(readsFrom: ReadsFrom, budget: Budget): Findings | undefined {
  const known = found.get(readsFrom);
  if (known) return known;
  const findings = findingsOf(readsFrom, budget);
  if (findings) found.set(readsFrom, { ...findings, clocks: undefined });
  return findings;
}

/**
 * Searches for all patterns; undefined when the budget is used up. `width` is how many sessions are looked at in one
 * pass. O(operations * sessions).
 */
export function findingsOf(readsFrom: ReadsFrom, budget: Budget, width?: number): Findings | undefined {
  const order = orderOf(readsFrom, undefined, budget);
  if (!order) return undefined;
  const readers = listsBy(readsFrom.from, readsFrom.length);
  const keyWrites = new KeyWrites(readsFrom);
  const search = new OverwritingSearch(readsFrom, keyWrites, readers);
  const blocks = blocksOf(readsFrom, width);
  let clocks: Clocks | undefined;
  for (const sessions of blocks) {
    clocks = clocksOf(readsFrom, order.sequence, sessions, budget, clocks?.known);
    if (!clocks || !search.add(clocks, budget)) return undefined;
  }
  const { conflicts, initial } = search;
  const conflictOrder = conflicts.length === 0 ? order : orderOf(readsFrom, conflicts, budget);
  if (!conflictOrder) return undefined;
  const whole = blocks.length <= 1 ? clocks : undefined;
  const isConvergent = conflictOrder.sequence.length === readsFrom.length;
  const overwritten = isConvergent
    ? new Edges()
    : overwrittenAmong(readsFrom, { conflicts, conflictOrder, order, blocks, clocks: whole }, budget);
  if (!overwritten) return undefined;
  const isCyclic = order.sequence.length < readsFrom.length;
  const orders = { order, isCyclic, conflictOrder, isConvergent };
  return { readsFrom, readers, keyWrites, ...orders, conflicts, initial, overwritten, clocks: whole };
}

interface Suspects {
  readonly conflicts: Edges;
  readonly conflictOrder: Order;
  readonly order: Order;
  readonly blocks: readonly Int32Array[];
  readonly clocks: Clocks | undefined;
}

/** The conflicts that contradict co by themselves; they lie in what the order of conflicts did not reach. */
function overwrittenAmong(readsFrom: ReadsFrom, suspects: Suspects, budget: Budget): Edges | undefined {
  const { order, blocks } = suspects;
  const overwritten = new Edges();
  let clocks = suspects.clocks;
  for (const sessions of blocks) {
    clocks = suspects.clocks ?? clocksOf(readsFrom, order.sequence, sessions, budget, clocks?.known);
    if (!clocks || !budget.spend(suspects.conflicts.length)) return undefined;
    collectOverwritten(readsFrom, suspects, clocks, overwritten);
  }
  return overwritten;
}

function collectOverwritten(
  { session, sessionCount }: ReadsFrom,
  { conflicts, conflictOrder: { reached } }: Suspects,
  { sessions, width, known }: Clocks,
  overwritten: Edges,
): void {
  const column = new Int32Array(sessionCount).fill(none);
  for (let at = 0; at < width; at++) column[sessions[at] ?? 0] = at;
  for (let at = 0; at < conflicts.length; at++) {
    const later = conflicts.before.at(at) ?? 0;
    const earlier = conflicts.after.at(at) ?? 0;
    const own = column[session[earlier] ?? 0] ?? none;
    if (own === none || earlier < (reached[session[earlier] ?? 0] ?? 0)) continue;
    if ((known[later * width + own] ?? 0) > earlier)
      overwritten.add(later, earlier, conflicts.because.at(at) ?? 0);
  }
}
