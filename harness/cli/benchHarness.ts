/** `npm run bench:harness`: the harness against autocannon on one cluster, side by side. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Round } from '../bench/harnessBench.ts';
import { wholeNumber } from './choice.ts';
import { planRun } from './runPlan.ts';

interface BenchFlags {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly json?: boolean;
}

/** What the harness should reach of autocannon's throughput. */
const ratioAim = 0.8;

export function benchHarnessCommand(): Command {
  return new Command('bench:harness')
    .description(
      'throughput that the harness drives beside what autocannon reaches, on one 3-node Raft cluster',
    )
    .option('--rounds <n>', 'rounds of each, in turn', wholeNumber(1, 100), 5)
    .option(
      '--seconds <n>',
      'length of a round, of which the first second is not counted',
      wholeNumber(2, 600),
      5,
    )
    .option(
      '--connections <n>',
      'clients of the harness, connections of autocannon',
      wholeNumber(1, 1000),
      10,
    )
    .option('--json', 'one JSON value on stdout')
    .addHelpText('after', '\nExample:\n  npm run bench:harness -- --rounds 3 --connections 32')
    .action((flags: BenchFlags) => bench(flags));
}

async function bench(flags: BenchFlags): Promise<void> {
  // autocannon takes half a second to load; nobody else should wait for it.
  const { benchHarness } = await import('../bench/harnessBench.ts');
  const { model, config } = planRun({
    model: 'raft',
    nodes: 3,
    concurrency: flags.connections,
    rate: 0,
    timeLimit: flags.seconds,
    faults: 'none',
    faultInterval: 5,
    seed: 1,
    network: 'links',
    // A leader that waits for a busy machine shall keep its place.
    set: ['electionTimeoutMs=1000'],
  });
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const onRound = (round: Round): void => void process.stderr.write(`${describe(round)}\n`);
    const rounds = await benchHarness({ model, config, rounds: flags.rounds, folder, onRound });
    const summary = summaryOf(rounds);
    process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : conclusion(summary));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `--json` prints, harness/schemas/benchHarness.schema.json. */
interface BenchSummary {
  /** The median of the rounds. */
  readonly ratio: number;
  readonly ratioAim: number;
  readonly writesPerFsync: number;
  readonly rounds: readonly Round[];
}

export function summaryOf(rounds: readonly Round[]): BenchSummary {
  const writesPerFsync = median(rounds.map((round) => round.writesPerFsync));
  return { ratio: median(rounds.map(ratioOf)), ratioAim, writesPerFsync, rounds };
}

function ratioOf({ harnessPerSecond, autocannonPerSecond }: Round): number {
  return harnessPerSecond / autocannonPerSecond;
}

function describe(round: Round): string {
  const { harnessPerSecond, autocannonPerSecond, writesPerFsync } = round;
  return `harness ${Math.round(harnessPerSecond)}/s, autocannon ${Math.round(autocannonPerSecond)}/s, ratio ${ratioOf(round).toFixed(2)}, ${writesPerFsync.toFixed(1)} writes per fsync`;
}

function conclusion({ ratio, writesPerFsync, rounds }: BenchSummary): string {
  const ratios = rounds.map((round) => ratioOf(round).toFixed(2)).sort();
  return [
    `the harness drives ${ratio.toFixed(2)} of autocannon's throughput (median of ${ratios.join(', ')}; aim ${ratioAim})`,
    `${writesPerFsync.toFixed(1)} acknowledged writes per fsync of the leader`,
    '',
  ].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
