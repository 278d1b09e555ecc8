/** The verdict of a run for a terminal: a word, the reasons, the proof, and the line that repeats it. */
import { styleText } from 'node:util';
import type { Validity, Verdict } from '../checkers/checker.ts';
import type { Results } from '../results.ts';

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
  const shown = fresh.slice(0, anomaliesShown);
  const hidden = fresh.length - shown.length;
  return [
    `  ${word} ${name}${reason === undefined ? '' : `: ${reason}`}`,
    ...shown.map(({ kind, explanation }) => `      ${kind}: ${explanation.replaceAll('\n', '\n      ')}`),
    ...(hidden > 0 ? [`      … and ${hidden} more`] : []),
  ];
}

/** Several lines, without the last line end. */
export function summary(results: Results): string {
  const told = new Set<string>();
  const { ok, fail, info } = results.operations;
  const { judged, strongestHeld } = results.guarantee;
  const faults = Object.entries(results.faults).map(
    ([name, { injected, leaderHit }]) => `${name} ${injected}× (leader hit ${leaderHit}×)`,
  );
  return [
    headline(results.valid, ok + fail + info),
    `  ${results.model}, ${results.workload}: ${ok} ok, ${fail} fail, ${info} info; judged against ${judged.join(', ') || 'nothing'}`,
    ...(strongestHeld.length > 0 ? [`  strongest that held: ${strongestHeld.join(', ')}`] : []),
    ...(faults.length > 0 ? [`  faults: ${faults.join(', ')}`] : []),
    ...Object.entries(results.checkers).flatMap(([name, verdict]) => checkLines(name, verdict, told)),
    ...results.warnings.map((warning) => `  ! ${warning}`),
    `repeat  ${results.repro}`,
  ].join('\n');
}
