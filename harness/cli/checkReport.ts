/** The answer of `check` about one file, for people. */
import type { Guarantee } from '../../nodes/kernel/model.ts';
import { plural } from '../../reports/data/format.ts';
import { legible } from '../../reports/data/text.ts';
import type { Anomaly, Validity, Verdict } from '../checkers/checker.ts';
import { isKeyless, listed, reference } from '../checkers/phrases.ts';
import { stalenessInWords } from '../checkers/staleness/staleness.ts';
import type { LevelsFound } from '../checkers/strongest.ts';
import { implies } from '../guarantees.ts';
import type { Operation } from '../history.ts';
import { withoutMiddle } from '../specs/describe.ts';
import type { Output, SequentialSpec } from '../specs/spec.ts';
import type { CheckInput } from './checkInput.ts';
import type { Judged } from './checkJudge.ts';
import { drawingOf, operationsAt } from './drawing.ts';

const words = new Map<Validity, string>([
  [true, 'holds'],
  [false, 'is violated'],
  ['unknown', 'is undecided'],
]);

/** How many anomalies of a checker are printed. */
const shownMax = 5;
/** The last states that made sense before the operation that does not. */
const prefixShownMax = 4;
/** Of operations that are too many for a drawing. */
const listedMax = 12;
/** So many of them are the last ones, which the others contradict. */
const listedLast = 4;

/** Several lines, with the last line end. */
export function describeFile({ row, input, judgement, isStrongestAsked, isNothing }: Judged): string {
  const { checkers, deciding, levels } = judgement;
  const lines = [
    `${row.file} (${row.spec}, ${plural(row.operations, 'operation')}, ${row.milliseconds.toFixed(0)} ms)`,
  ];
  // "holds" would read as if something had been seen.
  if (isNothing && row.valid === true) return `${legible(lines.join('\n'))}\n  nothing was judged\n`;
  const told = new Set<string>();
  for (const name of deciding) {
    const verdict = checkers.get(name);
    if (verdict) lines.push(...describeVerdict(name, verdict, input, told));
  }
  if (row.valid === false || isStrongestAsked) lines.push(...describeLevels(levels, isStrongestAsked));
  const staleness = checkers.get('staleness');
  if (staleness?.valid === true) lines.push(`  ${stalenessInWords(staleness)}`);
  return `${legible(lines.join('\n'))}\n`;
}

/**
 * What is left where something is violated. Levels that stay undecided are told where somebody asks for all of them, or
 * where one might be stronger than what held: that nobody read at two nodes is no news to who asks something else.
 */
function describeLevels({ verdicts, ...found }: LevelsFound, isAsked: boolean): string[] {
  const { strongestHeld, violated, undecided } = found;
  if (violated.length + undecided.length + strongestHeld.length < 2) return [];
  const open = undecided.filter(
    (level) => isAsked || strongestHeld.length === 0 || strongestHeld.some((held) => implies(level, held)),
  );
  const byReason = new Map<string, Guarantee[]>();
  for (const level of open) {
    const reason = verdicts.get(level)?.reason ?? 'the budget was used up before';
    byReason.set(reason, [...(byReason.get(reason) ?? []), level]);
  }
  return [
    `  strongest that held: ${strongestHeld.length > 0 ? strongestHeld.join(', ') : 'none'}`,
    ...[...byReason].map(([reason, levels]) => `  undecided: ${listed(levels, 'and')}: ${reason}`),
  ];
}

/** `told` are the explanations and drawings that stand above already: two levels may fall to the same operations. */
function describeVerdict(name: string, verdict: Verdict, input: CheckInput, told: Set<string>): string[] {
  const { valid, reason, anomalies } = verdict;
  const fresh = anomalies.filter(({ explanation }) => !told.has(explanation));
  for (const { explanation } of anomalies) told.add(explanation);
  const shown = fresh.slice(0, shownMax);
  const more = fresh.length - shown.length;
  return [
    `  ${name} ${words.get(valid)}${reason === undefined ? '' : `: ${reason}`}`,
    ...shown.flatMap((anomaly) => describeAnomaly(anomaly, verdict, input, told)),
    ...(more > 0 ? [`    … and ${more} more; --json prints all`] : []),
  ];
}

function describeAnomaly(
  anomaly: Anomaly,
  { heldUntil }: Verdict,
  input: CheckInput,
  told: Set<string>,
): string[] {
  const { kind, explanation, prefix = [], minimal } = anomaly;
  const shown = prefix.slice(-prefixShownMax).map(({ op, state }) => `op ${op} → ${withoutMiddle(state)}`);
  const earlier = prefix.length > shown.length ? '… ' : '';
  return [
    `    ${kind}: ${explanation.replaceAll('\n', '\n    ')}`,
    ...(shown.length === 0
      ? []
      : [
          `      longest order that fits (${plural(prefix.length, 'operation')}): ${earlier}${shown.join(', ')}`,
        ]),
    ...(shown.length > 0 || heldUntil === undefined || heldUntil < 0
      ? []
      : [`      it held until op ${heldUntil}`]),
    ...(minimal === undefined ? [] : describeMinimal(minimal, input, told)),
  ];
}

function describeMinimal(
  minimal: readonly number[],
  { history, spec }: CheckInput,
  told: Set<string>,
): string[] {
  // Anomalies of one transaction are shown by the same few operations.
  const name = minimal.join();
  if (told.has(name)) return [];
  told.add(name);
  const drawn = drawingOf(history, minimal, spec);
  if (drawn) return ['      the operations that suffice:', ...drawn.map((line) => `        ${line}`)];
  const lines = operationsAt(history, minimal).map((operation) => `        ${inWords(operation, spec)}`);
  const more = lines.length - listedMax;
  return [
    `      the ${lines.length} operations that suffice:`,
    ...(more > 0
      ? [...lines.slice(0, -listedLast - more), `        … ${more} more`, ...lines.slice(-listedLast)]
      : lines),
  ];
}

function inWords(operation: Operation, spec: SequentialSpec): string {
  const { invocation, completion } = operation;
  const { f, value, key, process } = invocation;
  const output: Output = completion?.type === 'ok' ? { value: completion.value } : 'unknown';
  const what = spec.describe({ f, value }, output);
  const on = isKeyless(invocation) ? '' : `${withoutMiddle(String(key))}: `;
  return `p${process}  ${on}${what} (${reference(operation)})`;
}
