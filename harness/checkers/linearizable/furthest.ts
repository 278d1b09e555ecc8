/**
 * Where a history that is not linearizable stops making sense: the first completion that cannot be explained.
 *
 * Cut after a completion, a history keeps what had completed by then; what was in flight may have happened or not, but
 * had it, then with the answer that it got later. A search reaches exactly the completions whose cuts are linearizable,
 * unless it looked ahead and left out what was hopeless later. Then cuts decide: a later one constrains more, so once
 * a cut is not linearizable no later one is. Which completion it is does not depend on the order of the search.
 */
import type { Automaton } from './automaton.ts';
import { maskWord, numberWord, stateWord } from './memo.ts';
import { orderOf, type Order } from './order.ts';
import type { Problem } from './problem.ts';
import { Search, type SearchOptions } from './search.ts';

export interface Furthest {
  /** The operation whose completion cannot be explained: its place in the problem. */
  readonly blocked: number;
  /** An order of everything that had completed before. */
  readonly order: Order;
  /** The states that could be reached while the blocked operation might take effect. */
  readonly possible: ReadonlySet<number>;
}

/** A cut that takes more is left undecided, and the answer may come out late. */
const nodesPerCutMax = 200_000;
const nodesForStatesMax = 20_000;
const memoryWordsMax = 16 * 1024 * 1024;

/** Finds where a problem stops being linearizable; `refuted` is a search that found that it does. */
export function furthestOf(refuted: Search): Furthest {
  const { automaton, problem, window } = refuted;
  const number = refuted.hasLeftOut ? bisected(refuted) : refuted.farthest;
  const before = searched(automaton, problem, { limit: number });
  const order =
    before.status === 'linearizable'
      ? orderOf(before, number)
      : { length: 0, place: new Int32Array(0), state: new Int32Array(0) };
  return {
    blocked: window.place[number] as number,
    order,
    possible: statesAround(searched(automaton, problem, { limit: number + 1, isHasty: false }), number),
  };
}

/** The number of the first completion that cannot be reached: looked for near where the search stopped. */
function bisected({ automaton, problem, farthest, window }: Search): number {
  // Invariant: the completions before `low` can be reached together, those up to `high` cannot.
  let low = farthest;
  let high = window.count - 1;
  let stride = 1;
  while (low < high) {
    const middle = Math.min(low + stride - 1, (low + high) >> 1);
    const search = searched(automaton, problem, { limit: middle + 1 });
    if (search.status === 'not-linearizable') {
      if (!search.hasLeftOut) return search.farthest;
      low = Math.max(low, search.farthest);
      high = middle;
    } else low = middle + 1;
    stride *= 4;
  }
  return high;
}

function searched(automaton: Automaton, problem: Problem, options: SearchOptions): Search {
  const search = new Search(automaton, problem, { wordsLeft: memoryWordsMax }, options);
  search.run(options.isHasty === false ? nodesForStatesMax : nodesPerCutMax);
  return search;
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
