/** Searches for the sake of an explanation: bounded ones, which leave undecided what takes too much. */
import type { Automaton } from './automaton.ts';
import type { Effort } from './effort.ts';
import type { Problem } from './problem.ts';
import { Search, type SearchOptions } from './search.ts';

/** For all searches of one explanation, in words: each may use what there is, but the states that it meets stay. */
export const explanationWordsMax = 32 * 1024 * 1024;

/** Setting up a search counts as one node for so many operations. */
export const operationsPerNode = 64;
/** The budget is asked at least this often. */
const nodesPerSpend = 4_096;

/** Searches through at most `nodesMax` configurations; undefined when there is no effort left to begin. */
export function attempt(
  automaton: Automaton,
  problem: Problem,
  nodesMax: number,
  effort: Effort,
  options: SearchOptions = {},
): Search | undefined {
  if (!effort.spend(Math.ceil(problem.length / operationsPerNode))) return undefined;
  const { allowance, words } = automaton;
  const { wordsLeft } = allowance;
  const search = new Search(automaton, problem, allowance, options);
  for (let nodesLeft = nodesMax; nodesLeft > 0 && search.status === 'searching';) {
    const nodes = search.run(Math.min(nodesLeft, nodesPerSpend));
    nodesLeft -= nodes;
    if (!effort.spend(nodes)) break;
  }
  allowance.wordsLeft = wordsLeft - (automaton.words - words);
  return search;
}
