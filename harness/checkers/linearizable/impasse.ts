/**
 * Whether a search is stuck for good. A wrong answer late in a long history is met soon; to know that no order leads
 * over it, the search would go through all that it passed by on its way there. But mostly the operations shortly before
 * contradict it alone: if no order leads from any configuration that there may have been a while ago over the completion
 * at which the search is stuck, then none leads there from the beginning.
 */
import { between } from './problem.ts';
import { Search } from './search.ts';
import type { Window } from './window.ts';

/** A search is stuck when it came no further in so many configurations; after each vain attempt in so many times more. */
const patienceMin = 1_024;
const patienceGrowth = 4;
/** The operations looked at are as many as the patience, divided by this: what takes longer is looked at from farther. */
const patiencePerCompletion = 16;
/** Configurations to begin in; where there may be more, it is not tried. */
const beginningsMax = 2_048;

/** Watches one search. */
export class Impasse {
  private readonly search: Search;
  private farthest = 0;
  private nodesThere = 0;
  private patience = patienceMin;

  constructor(search: Search) {
    this.search = search;
  }

  /** Refutes the search if it is stuck for good; how many configurations were tried to find out. */
  look(): number {
    const { search } = this;
    if (search.farthest > this.farthest) {
      this.farthest = search.farthest;
      this.nodesThere = search.nodes;
      this.patience = patienceMin;
    }
    if (search.nodes - this.nodesThere < this.patience) return 0;
    const completions = this.patience / patiencePerCompletion;
    const nodesMax = this.patience;
    this.patience *= patienceGrowth;
    return refute(search, completions, nodesMax);
  }
}

function refute(search: Search, completions: number, nodesMax: number): number {
  const { automaton, window, problem, farthest } = search;
  // Without footprints, or where lists grow, nobody knows all states.
  if (!automaton.hasFootprints || automaton.grows || farthest <= completions) return 0;
  const cut = quietest(window, Math.max(1, farthest - 2 * completions), farthest - completions);
  const inFlight = (window.flightAt[cut + 1] as number) - (window.flightAt[cut] as number);
  if (automaton.stateCount * 2 ** inFlight > beginningsMax) return 0;
  const since = window.end[cut - 1] as number;
  const part = between(problem, since, window.end[farthest] as number);
  const { allowance } = automaton;
  const { wordsLeft } = allowance;
  const near = new Search(automaton, part, allowance, { limit: farthest + 1 - cut, since });
  near.run(nodesMax);
  allowance.wordsLeft = wordsLeft;
  if (near.status === 'not-linearizable') search.refute();
  return near.nodes;
}

/** The completion in [from, to] that is waited for with the fewest operations in flight, the latest of them. */
function quietest({ flightAt }: Window, from: number, to: number): number {
  let best = to;
  const inFlight = (number: number): number =>
    (flightAt[number + 1] as number) - (flightAt[number] as number);
  for (let number = to; number >= from; number--) if (inFlight(number) < inFlight(best)) best = number;
  return best;
}
