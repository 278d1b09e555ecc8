/**
 * The problem for values that were written once: a state is the write whose value stands there. It never comes back, so
 * it may only go when everybody has read it who ever will; and whatever a read has seen overwritten came before.
 */
import type { Findings } from '../causal/findings.ts';
import { Story } from '../causal/story.ts';
import { fromInitial, none, readsNothing } from '../readsFrom.ts';
import { impossible, type Problem } from './problem.ts';

const initialState = 0;

/** The problem of a history that is causally convergent; the order of its conflicts tells what to try first. */
export function valueProblem({ readsFrom, conflictOrder, conflicts }: Findings): Problem {
  const { history, length, from, writes, key, keyCount } = readsFrom;
  const { row, session, sessionCount, sessionStart } = readsFrom;
  const rank = new Int32Array(length);
  conflictOrder.sequence.forEach((id, at) => (rank[id] = at));
  const sees = new Int32Array(length).fill(none);
  for (let id = 0; id < length; id++) {
    const source = from[id] ?? readsNothing;
    if (source !== readsNothing) sees[id] = source === fromInitial ? length + 1 + (key[id] ?? 0) : source + 1;
  }
  return {
    history,
    length,
    row,
    session,
    sessionCount,
    sessionStart,
    key,
    keyCount,
    rank,
    initialState,
    sees,
    before: conflicts.before.filled(),
    after: conflicts.after.filled(),
    observes: writes.map((isWrite) => 1 - isWrite),
    isOptional: new Uint8Array(length),
    step(id, state) {
      if (from[id] !== readsNothing && (from[id] ?? 0) + 1 !== state) return impossible;
      return writes[id] === 1 ? id + 1 : state;
    },
    isFull: () => false,
    nameOf: (state) => (state === initialState ? 'the initial value' : new Story(readsFrom).value(state - 1)),
  };
}
