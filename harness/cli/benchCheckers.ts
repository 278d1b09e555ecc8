/** `npm run bench:checkers`: how fast the checkers and the reader are, each case in a fresh process. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { BenchCase, Place } from '../bench/checkers/benchCase.ts';
import { benchCases, growths } from '../bench/checkers/cases.ts';
import { runCase, type CaseSummary } from '../bench/checkers/rounds.ts';
import { describeGrowth, duration, growthOf, tableOf } from '../bench/checkers/table.ts';
import { exitCodes, HarnessError, UsageError } from '../exit.ts';
import { wholeNumber } from './choice.ts';

interface Flags {
  readonly only?: string;
  readonly rounds: number;
  readonly histories?: string;
  readonly json?: boolean;
}

export function benchCheckersCommand(): Command {
  return new Command('bench:checkers')
    .description('time and memory of the checkers and the reader; each round is a fresh process')
    .option('--only <word>', 'only the cases with this word in their names')
    .option('--rounds <n>', 'rounds of each case; the median counts', wholeNumber(1, 100), 5)
    .option('--histories <dir>', 'recorded histories: etcd_*.log, and perhaps their verdicts in EXPECTED.txt')
    .option('--json', 'one JSON value on stdout')
    .addHelpText('after', `\n${casesTable()}\n\n${examples}`)
    .action((flags: Flags) => bench(flags));
}

const examples = `Examples:
  npm run bench:checkers
  npm run bench:checkers -- --only cas --rounds 3
  npm run bench:checkers -- --only etcd --histories ~/histories`;

function casesTable(): string {
  const width = Math.max(...benchCases.map(({ name }) => name.length));
  const lines = benchCases.map(
    ({ name, meaning, aimMs }) => `  ${name.padEnd(width)}  ${meaning} (aim ${duration(aimMs)})`,
  );
  return ['Cases:', ...lines].join('\n');
}

async function bench(flags: Flags): Promise<void> {
  const chosen = casesFor(flags);
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const place = { folder, ...(flags.histories === undefined ? {} : { histories: resolve(flags.histories) }) };
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const summaries = await runCases(chosen, { flags, place, signal: interruption.signal });
    print(flags, summaries);
    if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted;
    refuseUnexpected(summaries);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    rmSync(folder, { recursive: true, force: true });
  }
}

function casesFor({ only = '', histories }: Flags): readonly BenchCase[] {
  if (histories !== undefined && !statSync(histories, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`there is no folder ${histories}; --histories expects one`);
  const named = benchCases.filter(({ name }) => name.includes(only));
  if (named.length === 0)
    throw new UsageError(
      `no case has '${only}' in its name; there are: ${benchCases.map(({ name }) => name).join(', ')}`,
    );
  const chosen = named.filter(({ needsHistories }) => needsHistories !== true || histories !== undefined);
  for (const { name } of named.filter((each) => !chosen.includes(each)))
    process.stderr.write(`${name} is left out: it needs recorded histories, --histories DIR\n`);
  return chosen;
}

/** A round starts as any command does. */
const roundProgram = [fileURLToPath(new URL('start.js', import.meta.url)), 'bench-round'];

interface Course {
  readonly flags: Flags;
  readonly place: Place;
  readonly signal: AbortSignal;
}

async function runCases(cases: readonly BenchCase[], course: Course): Promise<CaseSummary[]> {
  const { place, signal, flags } = course;
  const summaries: CaseSummary[] = [];
  for (const benchCase of cases) {
    const summary = await runCase(benchCase, {
      program: roundProgram,
      place,
      rounds: flags.rounds,
      signal,
      onRound: (name, { milliseconds, preparationMs, peakMib, result }) =>
        process.stderr.write(
          `${name}: ${duration(milliseconds)}, prepared in ${duration(preparationMs)}, ${Math.round(peakMib)} MiB, ${result}\n`,
        ),
    });
    if (summary === undefined) break;
    summaries.push(summary);
  }
  return summaries;
}

function print({ json, rounds }: Flags, summaries: readonly CaseSummary[]): void {
  const growth = growthOf(growths, summaries);
  const machine = {
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
  };
  if (json) {
    process.stdout.write(`${JSON.stringify({ rounds, machine, cases: summaries, growth })}\n`);
    return;
  }
  const { node, processor, cores, load } = machine;
  const lines = [
    tableOf(summaries),
    ...growth.map(describeGrowth),
    `${rounds} rounds of each, cold; Node ${node}, ${cores} × ${processor}, load ${load.toFixed(1)}. '!' is above the aim.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A fast answer that is wrong is worth nothing. */
function refuseUnexpected(summaries: readonly CaseSummary[]): void {
  const wrong = summaries.filter(({ isExpected }) => !isExpected);
  if (wrong.length > 0)
    throw new HarnessError(`not the expected result: ${wrong.map(({ name }) => name).join(', ')}`);
}
