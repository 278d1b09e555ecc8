/** The figures of a run that a person asks for first: how soon replicas agreed, what was lost, how stale reads were. */
import type { Guarantee } from '../nodes/kernel/model.ts';
import type { Verdict } from './checkers/checker.ts';
import { settledNs } from './checkers/objects/settled.ts';
import { nemesisProcess } from './columns/events.ts';
import type { History } from './columns/history.ts';
import { okOutcome } from './columns/operations.ts';
import type { FigureName, Figures } from './results.ts';
import type { SequentialSpec } from './specs/spec.ts';

/** The checkers that count what was lost. */
const losers = ['no-lost-writes', 'set-full', 'total-queue'];

interface Question {
  readonly history: History;
  readonly spec: SequentialSpec | undefined;
  readonly held: readonly Guarantee[];
  readonly checkers: ReadonlyMap<string, Verdict>;
}

/**
 * How soon replicas agreed is told only where it was judged that they did: other runs read each key once in the end, so
 * that some key happens to be seen at two nodes, and most are not. Of what was lost nothing is told if nothing succeeded.
 * What is not told has its reason. O(n log n) in operations.
 */
export function figuresOf(question: Question): Figures {
  const { history, spec, held, checkers } = question;
  const isConverged = checkers.get('convergence')?.valid === true;
  const settled = spec === undefined || !isConverged ? null : settledNs(history, spec);
  const figures = {
    convergedMs: settled === null ? null : Math.round(settled / 1e6),
    lost: isNothing(history) ? null : lostIn(held, checkers),
    staleReads: staleIn(checkers.get('staleness')),
  };
  const names = Object.keys(reasons) as FigureName[];
  const whyNot = names.flatMap((name) =>
    figures[name] === null ? [[name, reasons[name](question)] as const] : [],
  );
  return { ...figures, whyNot: Object.fromEntries(whyNot) };
}

function isNothing({ operations }: History): boolean {
  return !operations.outcome.includes(okOutcome);
}

/** Why a figure is not known; asked only if it is not. */
const reasons: Readonly<Record<FigureName, (question: Question) => string>> = {
  convergedMs: ({ history, checkers }) => {
    const verdict = checkers.get('convergence');
    if (verdict === undefined) return 'whether they agree is not judged here';
    if (verdict.valid === false) return 'they did not agree';
    if (verdict.valid === 'unknown') return reasonOf(verdict);
    return history.events.process.includes(nemesisProcess)
      ? 'nothing was read at two nodes after its last change and the last fault'
      : 'there was no fault to heal';
  },
  lost: ({ history, checkers }) => {
    if (isNothing(history)) return 'no operation succeeded';
    const open = losers.flatMap((name) => checkers.get(name) ?? []).find(({ valid }) => valid === 'unknown');
    return open ? reasonOf(open) : 'no check of this workload counts them';
  },
  staleReads: ({ spec, checkers }) => {
    const verdict = checkers.get('staleness');
    if (verdict !== undefined) return reasonOf(verdict);
    return spec?.accesses ? 'not measured' : 'only reads of single values have an age';
  },
};

function reasonOf({ reason = 'undecided, without a reason' }: Verdict): string {
  return reason;
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
