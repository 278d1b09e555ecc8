/**
 * Where a history that is not linearizable stops making sense: the first completion that cannot be explained.
 *
 * Cut after a completion, a history keeps what had completed by then; what was in flight may have happened or not, but
 * had it, then with the answer that it got later. A search reaches exactly the completions whose cuts are linearizable,
 * unless it looked ahead and left out what was hopeless later. Then cuts decide: a later one constrains more, so once
 * a cut is not linearizable no later one is. Which completion it is does not depend on the order of the search.
 */
import { maskWord, numberWord, stateWord } from './memo.ts';
import { orderOf, type Order } from './order.ts';
import { attempt } from './attempt.ts';
import type { Effort } from './effort.ts';
import type { Search } from './search.ts';

export interface Furthest {
  /** The operation whose completion cannot be explained: its place in the problem. */
  readonly blocked: number;
  /** An order of everything that had completed before. */
  readonly order: Order;
  /** The states that could be reached while the blocked operation might take effect; empty when they are too many. */
  readonly possible: ReadonlySet<number>;
}

/**
 * A cut takes hardly more than the whole. One that does is left undecided, and so are all when they take too much
 * together: then the answer may come out late.
 */
const nodesPerCutMin = 10_000;
const nodesMax = 6_000_000;
/** Without haste a search takes longer, several times where values repeat, however soon the refuting one was done. */
const nodesForStates = ({ nodes, problem }: Search): number =>
  Math.min(20_000 + 8 * (nodes + problem.length), nodesMax / 8);

/**
 * Finds where a problem stops being linearizable; `refuted` is a search that found that it does. What there is no effort
 * left for is left out, and a later completion told instead of the first.
 */
export function furthestOf(refuted: Search, effort: Effort): Furthest {
  const { automaton, problem, window } = refuted;
  const number = refuted.hasLeftOut ? soughtAfter(refuted, effort) : refuted.farthest;
  const before = attempt(automaton, problem, nodesMax, effort, { limit: number });
  const order =
    before?.status === 'linearizable'
      ? orderOf(before, number)
      : { length: 0, place: new Int32Array(0), state: new Int32Array(0) };
  const around = attempt(automaton, problem, nodesForStates(refuted), effort, {
    limit: number + 1,
    isHasty: false,
  });
  // Of a search that was not finished, some states are missing.
  const possible = around?.status === 'not-linearizable' ? statesAround(around, number) : new Set<number>();
  return { blocked: window.place[number] as number, order, possible };
}

/**
 * The number of the first completion that cannot be reached. A cut that can be reached is soon known, one that cannot
 * takes as long as the whole: so cuts are tried from where the search came to, in strides that grow until one fails.
 */
function soughtAfter({ automaton, problem, farthest, window, nodes }: Search, effort: Effort): number {
  // Invariant: the completions before `low` can be reached together, those up to `high` cannot.
  let low = farthest;
  let high = window.count - 1;
  let nodesLeft = nodesMax;
  for (let stride = 1; low < high && nodesLeft > 0; stride *= 2) {
    const last = Math.min(low + stride, high) - 1;
    const nodesForCut = Math.min(nodesPerCutMin + 2 * nodes, nodesLeft);
    const cut = attempt(automaton, problem, nodesForCut, effort, { limit: last + 1 });
    if (!cut || effort.isCutShort) break;
    nodesLeft -= cut.nodes;
    if (cut.status !== 'not-linearizable') low = last + 1;
    else {
      if (!cut.hasLeftOut) return cut.farthest;
      low = Math.max(low, cut.farthest);
      high = last;
      stride = 1 / 2;
    }
  }
  return high;
}

/** The states that were reached when an operation might come next, or could not come yet. */
function statesAround({ memo, window }: Search, operation: number): ReadonlySet<number> {
  const start = window.start[operation] as number;
  const bit = window.slot[operation] as number;
  const states = new Set<number>();
  for (let entry = 0; entry < memo.used; entry += memo.entryWords) {
    const number = memo.arena[entry + numberWord] as number;
    const hasHappened = ((memo.arena[entry + maskWord + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0;
    // What completed before the operation began is reached once a completion is waited for that comes after that.
    if ((window.end[number] as number) > start && !hasHappened)
      states.add(memo.arena[entry + stateWord] as number);
  }
  return states;
}
