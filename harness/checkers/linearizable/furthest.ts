/**
 * Where a history that is not linearizable stops making sense: the first completion that cannot be explained.
 *
 * Cut after a completion, a history keeps what had completed by then; what was in flight may have happened or not, but
 * had it, then with the answer that it got later. A cut later than another constrains more, so once a cut is not
 * linearizable all later ones are not, and the first such cut is found by bisection in O(log n) searches.
 */
import type { Automaton } from './automaton.ts';
import type { Call } from './calls.ts';
import { Search } from './wgl.ts';

export interface Furthest {
  /** The operation whose completion cannot be explained. */
  readonly blocked: Call;
  /** An order of everything that had completed before, with the state after each. */
  readonly order: readonly { readonly call: Call; readonly state: number }[];
  /** The states that could be reached while the blocked operation might take effect. */
  readonly possible: ReadonlySet<number>;
}

/** A cut takes much less than the whole; one that does not is left undecided, and the answer may come out late. */
const turnsPerCutMax = 200_000;
const turnsForStatesMax = 20_000;
const memoryWordsMax = 16 * 1024 * 1024;

/** The calls as they were when the event `end` had happened. */
export function cutAfter(calls: readonly Call[], end: number): Call[] {
  return calls
    .filter((call) => call.start < end)
    .map((call) => (call.end <= end ? call : { ...call, end: Infinity }));
}

/** Finds where `calls`, which are not linearizable, stop being so. */
export function furthestOf(automaton: Automaton, calls: readonly Call[]): Furthest {
  const completed = calls.filter((call) => call.end !== Infinity).sort((a, b) => a.end - b.end);
  let order: Furthest['order'] = [];
  // Invariant: what completed before `low` can be explained, what completed up to `high` cannot.
  let low = 0;
  let high = completed.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const search = searched(automaton, calls, completed[middle] as Call, { looksAhead: true });
    if (search.status === 'not-linearizable') high = middle;
    else {
      low = middle + 1;
      if (search.status === 'linearizable') order = search.order();
    }
  }
  const blocked = completed[high];
  if (!blocked) throw new RangeError('a history without completions is linearizable');
  const possible = searched(automaton, calls, blocked, { looksAhead: false }).statesAround(blocked);
  return { blocked, order, possible };
}

function searched(
  automaton: Automaton,
  calls: readonly Call[],
  last: Call,
  options: { readonly looksAhead: boolean },
): Search {
  const search = new Search(automaton, cutAfter(calls, last.end), { wordsLeft: memoryWordsMax }, options);
  search.run(options.looksAhead ? turnsPerCutMax : turnsForStatesMax);
  return search;
}
