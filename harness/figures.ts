/** The figures of a run that a person asks for first: how soon replicas agreed, what was lost, how stale reads were. */
import type { Guarantee } from '../nodes/kernel/model.ts';
import type { Verdict } from './checkers/checker.ts';
import { settledNs } from './checkers/objects/settled.ts';
import type { History } from './columns/history.ts';
import { okOutcome } from './columns/operations.ts';
import type { Figures } from './results.ts';
import type { SequentialSpec } from './specs/spec.ts';

/** The checkers that count what was lost. */
const losers = ['no-lost-writes', 'set-full', 'total-queue'];

/**
 * How soon replicas agreed is told only where it was judged that they did: other runs read each key once in the end, so
 * that some key happens to be seen at two nodes, and most are not. Of what was lost nothing is told if nothing succeeded.
 * O(n log n) in operations.
 */
export function figuresOf(
  history: History,
  spec: SequentialSpec | undefined,
  held: readonly Guarantee[],
  checkers: ReadonlyMap<string, Verdict>,
): Figures {
  const isConverged = checkers.get('convergence')?.valid === true;
  const settled = spec === undefined || !isConverged ? null : settledNs(history, spec);
  return {
    convergedMs: settled === null ? null : Math.round(settled / 1e6),
    lost: history.operations.outcome.includes(okOutcome) ? lostIn(held, checkers) : null,
    staleReads: staleIn(checkers.get('staleness')),
  };
}

function lostIn(held: readonly Guarantee[], checkers: ReadonlyMap<string, Verdict>): number | null {
  const counts = losers.flatMap((name) => {
    const verdict = checkers.get(name);
    const lost = verdict?.stats['lost'];
    return verdict === undefined || verdict.valid === 'unknown' || lost === undefined ? [] : [lost];
  });
  if (counts.length > 0) return Math.max(...counts);
  return held.includes('no-lost-writes') ? 0 : null;
}

function staleIn(verdict: Verdict | undefined): Figures['staleReads'] {
  const { staleReads: stale, reads } = verdict?.stats ?? {};
  return verdict?.valid !== true || stale === undefined || reads === undefined ? null : { stale, reads };
}
