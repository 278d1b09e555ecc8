/** `npm run check -- FILE…`: checks recorded histories. */
import { Command } from 'commander';
import { History } from '../columns/history.ts';
import { guarantees, type Guarantee } from '../../nodes/kernel/model.ts';
import { worst, type Anomaly, type Validity, type Verdict } from '../checkers/checker.ts';
import { exitCodes } from '../exit.ts';
import { operationsOf } from '../history.ts';
import { specs } from '../specs/index.ts';
import { deadlineBudget } from '../checkers/budget.ts';
import { readCheckInput, type CheckInput } from './checkInput.ts';
import { choose, seconds } from './choice.ts';
import { historyFormats } from './historyFormats.ts';

interface Flags {
  readonly spec?: string;
  readonly guarantee?: string;
  readonly format: string;
  readonly budget: number;
  readonly json?: boolean;
}

/** One file's answer; the element of `--json`. */
interface Row {
  readonly file: string;
  readonly valid: Validity;
  readonly operations: number;
  readonly milliseconds: number;
  readonly anomalies: readonly Anomaly[];
}

/** Where the command prints: the process, or a test. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The `check` command. Exit 0 when all files are valid, 1 when one is not, 2 when one could not be decided. */
export function checkCommand(streams: Streams = process): Command {
  return new Command('check')
    .description('checks recorded histories, or the histories of run folders')
    .argument('<files...>', 'history files or run folders')
    .option('--spec <name>', `${specs.map(({ name }) => name).join(', ')} (default: what the operations fit)`)
    .option('--guarantee <level>', 'the level to check (default: linearizable; of a run what it claimed)')
    .option('--format <name>', `auto, ${historyFormats.map(({ name }) => name).join(', ')}`, 'auto')
    .option('--budget <seconds>', 'for each file; undecided when it is used up', seconds(86_400), 60)
    .option('--json', 'print one JSON array on stdout')
    .addHelpText('after', `\n${operationsTable()}\n\n${examples}`)
    .action((files: readonly string[], flags: Flags) => run(files, flags, streams));
}

const examples = `Examples:
  npm run check -- runs/latest
  npm run check -- history.jsonl --spec cas-register --budget 10`;

/** What every spec calls its operations, and the forms of their values. */
export function operationsTable(): string {
  const lines = specs.flatMap((spec) => [
    `  ${spec.name}: ${spec.meaning}`,
    ...spec.operations.map(
      ({ f, invoked, answered }) => `    ${f.padEnd(9)} asks ${invoked}; answers ${answered}`,
    ),
  ]);
  return ['Specs, their operations (f) and values:', ...lines].join('\n');
}

async function run(files: readonly string[], flags: Flags, { stdout, stderr }: Streams): Promise<void> {
  const level = flags.guarantee === undefined ? undefined : guaranteeNamed(flags.guarantee);
  const rows: Row[] = [];
  for (const file of files) {
    const input = await readCheckInput(file, {
      format: flags.format,
      ...(flags.spec === undefined ? {} : { spec: flags.spec }),
      ...(level === undefined ? {} : { guarantee: level }),
    });
    for (const warning of input.warnings) stderr.write(`warning: ${warning}\n`);
    const { row, verdicts } = checkOne(input, flags.budget);
    if (row.operations === 0)
      stderr.write(`warning: ${file} holds no operations: every guarantee holds of nothing\n`);
    rows.push(row);
    if (!flags.json) stdout.write(describeRow(row, input, verdicts));
  }
  if (flags.json) stdout.write(`${JSON.stringify(rows)}\n`);
  process.exitCode = exitCodeOf(worst(rows.map(({ valid }) => valid)));
}

function guaranteeNamed(name: string): Guarantee {
  const levels = guarantees.map((level) => ({ name: level }));
  return choose('guarantee', levels, name).name;
}

type NamedVerdict = readonly [name: string, verdict: Verdict];

function checkOne(
  input: CheckInput,
  budgetSeconds: number,
): { readonly row: Row; readonly verdicts: NamedVerdict[] } {
  const startedMs = performance.now();
  const budget = deadlineBudget(() => performance.now(), 1000 * budgetSeconds);
  const verdicts = input.checkers.map((checker): NamedVerdict => [
    checker.name,
    checker.check(History.of(input.history), budget),
  ]);
  const row: Row = {
    file: input.file,
    valid: worst(verdicts.map(([, { valid }]) => valid)),
    operations: operationsOf(input.history).length,
    milliseconds: Math.round(1000 * (performance.now() - startedMs)) / 1000,
    anomalies: verdicts.flatMap(([, { anomalies }]) => anomalies),
  };
  return { row, verdicts };
}

function exitCodeOf(valid: Validity): number {
  if (valid === 'unknown') return exitCodes.unknown;
  return valid ? exitCodes.valid : exitCodes.invalid;
}

const words = new Map<Validity, string>([
  [true, 'holds'],
  [false, 'is violated'],
  ['unknown', 'is undecided'],
]);

/** How many anomalies of a checker are printed. */
const shownMax = 5;

function describeRow(row: Row, { spec }: CheckInput, verdicts: readonly NamedVerdict[]): string {
  const lines = [
    `${row.file} (${spec.name}, ${row.operations} operations, ${row.milliseconds.toFixed(0)} ms)`,
  ];
  for (const [name, verdict] of verdicts) {
    lines.push(
      `  ${name} ${words.get(verdict.valid)}${verdict.reason === undefined ? '' : `: ${verdict.reason}`}`,
    );
    for (const anomaly of verdict.anomalies.slice(0, shownMax)) lines.push(...describeAnomaly(anomaly));
    const more = verdict.anomalies.length - shownMax;
    if (more > 0) lines.push(`    … and ${more} more; --json prints all`);
  }
  return `${lines.join('\n')}\n`;
}

/** The last states that made sense before the operation that does not. */
const prefixShownMax = 4;

function describeAnomaly({ explanation, prefix = [] }: Anomaly): string[] {
  const shown = prefix.slice(-prefixShownMax).map(({ op, state }) => `op ${op} → ${state}`);
  const earlier = prefix.length > shown.length ? '… ' : '';
  return [
    `    ${explanation}`,
    ...(shown.length === 0
      ? []
      : [`      longest order that fits (${prefix.length} operations): ${earlier}${shown.join(', ')}`]),
  ];
}
