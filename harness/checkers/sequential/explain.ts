/** Why a search found no order: how far one got, and what stood next in every session. */
import type { Anomaly } from '../checker.ts';
import { indicesOf, listed, phraseWithAnswer } from '../phrases.ts';
import { impossible } from './problem.ts';
import type { Search } from './search.ts';

/** The anomaly of a refuted search. */
export function explainRefuted({ problem, longest }: Search): Anomaly {
  const { history, row, sessionStart, sessionCount, key, keyCount } = problem;
  const position = sessionStart.slice(0, sessionCount);
  const states = new Int32Array(keyCount).fill(problem.initialState);
  const prefix: { op: number; state: string }[] = [];
  for (const id of longest) {
    const next = problem.step(id, states[key[id] ?? 0] ?? 0);
    states[key[id] ?? 0] = next === impossible ? 0 : next;
    position[problem.session[id] ?? 0] = id + 1;
    prefix.push({ op: history.operations.start[row[id] ?? 0] ?? 0, state: problem.nameOf(next) });
  }
  const heads = Array.from(position).filter((id, session) => id !== sessionStart[session + 1]);
  const next = heads.map((id) => history.operation(row[id] ?? 0));
  const far =
    longest.length === 0
      ? 'No operation can come first'
      : `At most ${longest.length} of ${problem.length} operations fit into one order that keeps the order of every process; then nothing fits`;
  return {
    kind: 'non-sequential',
    ops: next.flatMap(indicesOf).sort((a, b) => a - b),
    explanation: `${far}: ${listed(next.map(phraseWithAnswer), 'or')}`,
    prefix,
    ...keyOf(problem.keyCount, next[0]?.invocation.key),
  };
}

function keyOf(keyCount: number, key: string | undefined): { readonly key?: string } {
  return keyCount === 1 && key !== undefined ? { key } : {};
}
