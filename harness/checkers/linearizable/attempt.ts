/** Searches for the sake of an explanation: bounded ones, which leave undecided what takes too much. */
import type { Automaton } from './automaton.ts';
import type { Problem } from './problem.ts';
import { Search, type SearchOptions } from './search.ts';

/** For all searches of one explanation, in words: each may use what there is, but the states that it meets stay. */
export const explanationWordsMax = 32 * 1024 * 1024;

/** Searches through at most `nodesMax` configurations. */
export function attempt(
  automaton: Automaton,
  problem: Problem,
  nodesMax: number,
  options: SearchOptions = {},
): Search {
  const { allowance, words } = automaton;
  const { wordsLeft } = allowance;
  const search = new Search(automaton, problem, allowance, options);
  search.run(nodesMax);
  allowance.wordsLeft = wordsLeft - (automaton.words - words);
  return search;
}
