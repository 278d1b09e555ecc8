/**
 * Which operations make a violation: the smallest set of constraints that cannot hold together, found by relaxing
 * (delta debugging, Zeller & Hildebrandt 2002).
 *
 * A completed operation constrains a history in two ways: it surely happened, inside its interval, and its answer was
 * what it was. Relaxing it takes both away: an observer is left out, any other operation becomes open, one that may
 * have happened at any time after its start or never. A history that is linearizable stays so when operations are
 * relaxed; hence what is still not linearizable after relaxing all but a few is a proof with only those few.
 */
import type { Automaton } from './automaton.ts';
import type { Call } from './calls.ts';
import { cutAfter } from './furthest.ts';
import { Search } from './wgl.ts';

/** One check of a relaxed history; whoever takes longer is not relaxed. */
const turnsPerCheckMax = 10_000;
/** All checks of one core together. */
const turnsMax = 200_000;
const memoryWordsMax = 8 * 1024 * 1024;

/**
 * The operations that contradict each other, `blocked` among them, by start. What began after the completion of
 * `blocked` plays no part, and what was in flight then need not have happened; but had it, then with its answer.
 */
export function coreOf(automaton: Automaton, calls: readonly Call[], blocked: Call): Call[] {
  let kept = cutAfter(calls, blocked.end).filter((call) => call !== blocked);
  let given: Call[] = [];
  let turnsLeft = turnsMax;

  const isViolated = (constraints: readonly Call[], free: readonly Call[]): boolean => {
    const problem = [...free, ...constraints, blocked].sort((a, b) => a.start - b.start);
    const search = new Search(automaton, problem, { wordsLeft: memoryWordsMax });
    turnsLeft -= search.run(Math.min(turnsPerCheckMax, turnsLeft));
    return search.status === 'not-linearizable';
  };

  for (let size = Math.ceil(kept.length / 2); size >= 1 && turnsLeft > 0; size = nextSize(size)) {
    for (let from = 0; from < kept.length && turnsLeft > 0;) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      const free = [...given, ...kept.slice(from, from + size).flatMap((call) => relaxed(automaton, call))];
      if (!isViolated(without, free)) from += size;
      else [kept, given] = [without, free];
    }
  }
  return [...kept, blocked].sort((a, b) => a.start - b.start);
}

const nextSize = (size: number): number => (size === 1 ? 0 : Math.ceil(size / 2));

function relaxed(automaton: Automaton, call: Call): Call[] {
  const isObserver = automaton.spec.observers.includes(call.input.f);
  return isObserver ? [] : [{ ...call, output: 'unknown', end: Infinity }];
}
