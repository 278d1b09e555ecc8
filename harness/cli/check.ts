/** `npm run check -- FILE…`: checks recorded histories, one after the other. */
import { Command, Option } from 'commander';
import { guarantees } from '../../nodes/kernel/model.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import { legible } from '../../reports/data/text.ts';
import { worst, type Validity } from '../checkers/checker.ts';
import type { Reading } from '../columns/events.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { historyFormats } from '../formats/index.ts';
import { specs } from '../specs/index.ts';
import { readCheckInput, type CheckFlags } from './checkInput.ts';
import { judgeInput, type CheckRow, type Judged } from './checkJudge.ts';
import { describeFile } from './checkReport.ts';
import { formatsTable, guaranteesTable, operationsTable } from './checkTables.ts';
import { choose, seconds } from './choice.ts';
import { exportEdn } from './exportEdn.ts';
import { finished } from './interruptible.ts';
import { Progress } from './progress.ts';
import { unbuffered, type Streams } from './unbuffered.ts';

interface Flags {
  readonly spec?: string;
  readonly guarantee?: string;
  readonly format: string;
  readonly initial?: string;
  readonly nilRead?: Reading['nilRead'];
  readonly failedCas?: Reading['failedCas'];
  readonly budget: number;
  readonly exportEdn?: string;
  readonly json?: boolean;
}

/**
 * The `check` command. Exit 0 when all files are valid, 1 when one is not, 2 when one could not be decided; 130 when
 * Ctrl-C ended it: what was judged until then is printed. Throws UsageError for files that cannot be checked, after the
 * others were.
 */
export function checkCommand(streams: Streams = unbuffered): Command {
  const specNames = specs.map(({ name }) => name).join(', ');
  const formatNames = historyFormats.map(({ name }) => name).join(', ');
  return new Command('check')
    .description('checks recorded histories, or the histories of run folders')
    .argument('<files...>', 'history files or run folders')
    .option('--spec <name>', `${specNames} (default: what the operations fit)`)
    .option(
      '--guarantee <level>',
      'the level to check, or strongest (default: the strongest of the spec; of a run what it claimed)',
    )
    .option('--format <name>', `auto, ${formatNames}`, 'auto')
    .option(
      '--initial <value>',
      `what everything holds at first, as JSON (default: nothing; ${initialOfEdn})`,
    )
    .addOption(
      new Option(
        '--nil-read <meaning>',
        'a read that answered null: it did not say what it saw, or nothing was there',
      )
        .choices(['unknown', 'value'])
        .default(undefined, 'by format'),
    )
    .addOption(
      new Option(
        '--failed-cas <meaning>',
        'a cas that failed: it tells nothing, or the value was another one',
      )
        .choices(['drop', 'constrain'])
        .default(undefined, 'by format'),
    )
    .option('--budget <seconds>', 'for each file; undecided when it is used up', seconds(86_400), 60)
    .option('--export-edn <file>', "also write the history as Jepsen's history.edn (of a single file)")
    .option('--json', 'print one JSON array on stdout')
    .addHelpText(
      'after',
      `\n${operationsTable()}\n\n${formatsTable()}\n\n${guaranteesTable()}\n\n${examples}`,
    )
    .action((files: readonly string[], flags: Flags) => run(files, flags, streams));
}

const initialOfEdn = 'of registers in edn files nil, or 0 where that explains more';

const examples = `Examples:
  npm run check -- runs/latest
  npm run check -- history.jsonl --spec cas-register --budget 10
  npm run check -- store/latest/history.edn --guarantee sequential
  npm run check -- logs/*.log --format jepsen-log --spec cas-register --failed-cas constrain --json`;

function run(files: readonly string[], flags: Flags, { stdout, stderr }: Streams): void {
  const checkFlags = checkFlagsOf(flags);
  const rows: CheckRow[] = [];
  /** What cannot be checked keeps nobody from checking the others. */
  const refusals = new Set<string>();
  const checkAll = (): void => {
    for (const file of files) {
      const judged = orRefusal(refusals, () => checkFile(file, { files, flags, checkFlags, stderr }));
      if (judged === undefined) continue;
      rows.push(judged.row);
      if (!flags.json) stdout.write(describeFile(judged));
    }
  };
  const isFinished = finished(checkAll);
  if (flags.json && (rows.length > 0 || !isFinished)) stdout.write(`${JSON.stringify(rows)}\n`);
  if (!isFinished) {
    for (const refusal of refusals) stderr.write(`error: ${legible(refusal)}\n`);
    stderr.write(`interrupted: ${rows.length} of ${files.length} files were checked\n`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  if (refusals.size > 0) throw new UsageError([...refusals].join('\n'));
  process.exitCode = exitCodeOf(worst(rows.map(({ valid }) => valid)));
}

interface Asked {
  readonly files: readonly string[];
  readonly flags: Flags;
  readonly checkFlags: CheckFlags;
  readonly stderr: Streams['stderr'];
}

/** Throws UsageError if the file cannot be checked. */
function checkFile(file: string, { files, flags, checkFlags, stderr }: Asked): Judged {
  const progress = new Progress(
    file,
    () => performance.now(),
    (line) => stderr.write(line),
  );
  const input = readCheckInput(file, checkFlags, (bytes) =>
    progress.tell(`reading, ${Math.round(bytes / 1e6)} MB`),
  );
  if (flags.exportEdn !== undefined) exportEdn(input.history, files, flags.exportEdn);
  const judged = judgeInput(input, { ...checkFlags, budgetSeconds: flags.budget, progress });
  for (const warning of judged.row.warnings) stderr.write(`warning: ${legible(warning)}\n`);
  return judged;
}

function orRefusal<T>(refusals: Set<string>, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    refusals.add(error.message);
    return undefined;
  }
}

function checkFlagsOf({ spec, guarantee, format, initial, nilRead, failedCas }: Flags): CheckFlags {
  const levels = [...guarantees, 'strongest' as const].map((name) => ({ name }));
  return {
    format,
    reading: {
      ...(nilRead === undefined ? {} : { nilRead }),
      ...(failedCas === undefined ? {} : { failedCas }),
    },
    ...(spec === undefined ? {} : { spec }),
    ...(guarantee === undefined ? {} : { guarantee: choose('guarantee', levels, guarantee).name }),
    ...(initial === undefined ? {} : { initial: valueOf(initial) }),
  };
}

/** JSON, or `nil` as EDN has it, or else a text. */
function valueOf(text: string): Json {
  if (text === 'nil') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function exitCodeOf(valid: Validity): number {
  if (valid === 'unknown') return exitCodes.unknown;
  return valid ? exitCodes.valid : exitCodes.invalid;
}
