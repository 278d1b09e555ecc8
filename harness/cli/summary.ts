/** The verdict of a run for a terminal: a word, the reasons, the proof, and the line that repeats it. */
import { styleText } from 'node:util';
import { guarantees } from '../../nodes/kernel/model.ts';
import type { Validity, Verdict } from '../checkers/checker.ts';
import { stalenessInWords } from '../checkers/staleness/staleness.ts';
import { claimInWords, type Results } from '../results.ts';
import { legible, visible } from '../../reports/data/text.ts';

const anomaliesShown = 3;

function headline(valid: Validity, operations: number): string {
  if (valid === true) return styleText('green', `✓ no violation found in ${operations} operations`);
  if (valid === false) return styleText('red', '✗ violation found');
  return styleText('yellow', '? undecided');
}

/** `told` are the explanations that stand above already: two levels may fall to the same operations. */
function checkLines(name: string, { valid, anomalies, reason }: Verdict, told: Set<string>): string[] {
  const word = valid === true ? '✓' : valid === false ? '✗' : '?';
  const fresh = anomalies.filter(({ explanation }) => !told.has(explanation));
  for (const { explanation } of anomalies) told.add(explanation);
  const isToldAbove = anomalies.length > 0 && fresh.length === 0;
  const shown = fresh.slice(0, anomaliesShown);
  const hidden = fresh.length - shown.length;
  return [
    `  ${word} ${name}${reason === undefined ? '' : `: ${reason}`}${isToldAbove ? ': by the same operations' : ''}`,
    ...shown.map(({ kind, explanation }) => `      ${kind}: ${explanation.replaceAll('\n', '\n      ')}`),
    ...(hidden > 0 ? [`      … and ${hidden} more`] : []),
  ];
}

function isLevel(name: string): boolean {
  return guarantees.some((level) => level === name);
}

/** `never-oversold: what can be seen here of the claim of linearizable`. */
function judgedInWords({ guarantee: { judged, instead = {} } }: Results): string {
  const standIns = [...new Set(Object.values(instead).flat())].filter((name) => !isAmong(name, judged));
  const names = [...judged, ...standIns].join(', ') || 'nothing';
  const seen = Object.entries(instead).flatMap(([level, others = []]) => (others.length > 0 ? [level] : []));
  const unseen = Object.keys(instead).filter((level) => !isAmong(level, seen));
  return [
    seen.length === 0 ? names : `${names}: what can be seen here of the claim of ${seen.join(', ')}`,
    ...(unseen.length === 0 ? [] : [`nothing can be seen here of ${unseen.join(', ')}`]),
  ].join('; ');
}

function isAmong(name: string, levels: readonly string[]): boolean {
  return levels.includes(name);
}

/** `team-7 (quorum)`, `raft`. */
function systemName({ submission, model }: Results): string {
  return submission === undefined ? model : `${visible(submission)} (${model})`;
}

/** What became of the claim: a run that judges another level says nothing of it. */
function claimLine({ guarantee: { claimed, claimHeld } }: Results): string {
  if (claimed.length === 0) return '  nothing is claimed';
  return `  claim: ${claimed.join(', ')}; ${claimInWords(claimHeld)}`;
}

/** How soon replicas agreed, what was lost, and how stale reads were; or why the run does not show it. */
function figureLines({ figures, checkers: { staleness } }: Results): string[] {
  if (figures === undefined) return [];
  const { convergedMs, lost, staleReads, whyNot = {} } = figures;
  const untold = (what: string, why = 'nobody asked'): string => `  ${what}: not told (${why})`;
  return [
    convergedMs === null
      ? untold('how soon all nodes agreed', whyNot.convergedMs)
      : `  all nodes agreed ${convergedMs} ms after the last fault was healed`,
    lost === null
      ? untold('acknowledged writes lost', whyNot.lost)
      : `  acknowledged writes lost: ${lost === 0 ? 'none' : lost}`,
    staleReads === null || staleness === undefined
      ? untold('stale reads', whyNot.staleReads)
      : `  ${stalenessInWords(staleness)}`,
  ];
}

/** What is said of violated levels that nobody asked for: beside a violation they are more of the same. */
function furtherViolated({ valid }: Results): string {
  return valid === false ? 'violated as well' : 'not claimed, and did not hold';
}

/** Several lines, without the last line end. Levels that nobody asked for are named, and told in full in the report. */
export function summary(results: Results): string {
  const told = new Set<string>();
  const { ok, fail, info } = results.operations;
  const { judged, strongestHeld, violated, undecided } = results.guarantee;
  const isFurther = (level: string): boolean => !judged.some((other) => other === level);
  const shown = Object.entries(results.checkers).filter(
    ([name]) => name !== 'staleness' && !(isLevel(name) && isFurther(name)),
  );
  const [violatedToo, openToo] = [violated.filter(isFurther), undecided.filter(isFurther)];
  const faults = Object.entries(results.faults).map(
    ([name, { injected, leaderHit }]) =>
      `${name} ${injected}×${leaderHit > 0 ? ` (leader hit ${leaderHit}×)` : ''}`,
  );
  const lines = [
    `  ${systemName(results)}, ${results.workload}: ${ok} ok, ${fail} fail, ${info} info; judged against ${judgedInWords(results)}`,
    claimLine(results),
    ...(strongestHeld.length > 0 ? [`  strongest that held: ${strongestHeld.join(', ')}`] : []),
    ...(violatedToo.length > 0 ? [`  ${furtherViolated(results)}: ${violatedToo.join(', ')}`] : []),
    ...(openToo.length > 0 ? [`  undecided: ${openToo.join(', ')}`] : []),
    ...figureLines(results),
    ...(faults.length > 0 ? [`  faults: ${faults.join(', ')}`] : []),
    ...shown.flatMap(([name, verdict]) => checkLines(name, verdict, told)),
    ...results.warnings.map((warning) => `  ! ${warning}`),
    `repeat  ${results.repro}`,
  ];
  // Values, reasons and last words of nodes are by programs under test.
  return `${headline(results.valid, ok + fail + info)}\n${legible(lines.join('\n'))}`;
}
