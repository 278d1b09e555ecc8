/** `npm run sim -- --model raft --seeds 1000`: many simulated runs in virtual time, each judged like a real one. */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { exitCodes } from '../exit.ts';
import { simProfiles } from '../sim/profiles.ts';
import { Tally, type Summary } from '../sim/summary.ts';
import { seconds, wholeNumber } from './choice.ts';
import { addModelFlags } from './modelFlags.ts';
import { runSeeds } from './simJobs.ts';
import { campaignOf, simDefaults, simReproLine, type SimFlags } from './simPlan.ts';
import { SimProgress } from './simProgress.ts';

interface Flags extends SimFlags {
  readonly seeds: number;
  readonly seed?: number;
  readonly jobs: number;
  readonly json?: boolean;
}

/** So many failures are told in full; all of them are in the `--json` output. */
const failuresShown = 5;

const names = (items: readonly { readonly name: string }[]): string =>
  items.map(({ name }) => name).join(', ');

export function simCommand(): Command {
  return addModelFlags(new Command('sim'))
    .description('simulates many runs in virtual time: same seed, same run')
    .option('--seeds <n>', 'how many', wholeNumber(1, 100_000_000), 100)
    .option('--seed <n>', 'the first one (default: random, printed)', wholeNumber(0, 999_999_999))
    .option('--profile <name>', `the kind of run: ${names(simProfiles)} (default: in turns)`)
    .addOption(
      new Option('--jobs <n>', 'processes')
        .argParser(wholeNumber(1, 256))
        .default(availableParallelism(), 'one a core'),
    )
    .option('--workload <name>', "what clients do (default: the model's first)")
    .option('--nodes <n>', 'size of the cluster (default: drawn)', wholeNumber(1, 25))
    .option('--concurrency <n>', 'clients at a time (default: drawn)', wholeNumber(1, 1000))
    .option(
      '--rate <n>',
      'operations per virtual second, 0 for no limit (default: drawn)',
      wholeNumber(0, 1e6),
    )
    .option('--time-limit <seconds>', 'virtual time of each run', seconds(3600), simDefaults.timeLimit)
    .option('--faults <names>', 'comma-separated; all: all that the model survives; or none (default: drawn)')
    .option('--fault-interval <seconds>', 'mean time between faults (default: drawn)', seconds(3600))
    .option('--schedule <file>', 'the faults of this file instead of drawn ones, as of jepsen')
    .option('--guarantee <level>', 'judge against this level instead of the claimed one')
    .option('--json', 'print the summary as JSON on stdout')
    .addHelpText('after', `\n${examples}`)
    .action(simulateCampaign);
}

const examples = `Examples:
  npm run sim -- --model raft --seeds 1000
  npm run sim -- --model raft --seeds 300 --bug ack-before-commit
  npm run sim -- --model raft --seeds 1 --seed 123 --profile crash`;

async function simulateCampaign(flags: Flags): Promise<void> {
  const { seeds, seed: first = randomInt(1_000_000), jobs, json, ...rest } = flags;
  const simFlags: SimFlags = rest;
  const campaign = campaignOf(simFlags);
  const profiles = campaign.profile === null ? 'all profiles' : `profile ${campaign.profile.name}`;
  const bug = campaign.bug === null ? '' : `, bug ${campaign.bug}`;
  const tally = new Tally();
  const progress = new SimProgress();
  const interrupt = new AbortController();
  const onSignal = (): void => {
    interrupt.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  process.stderr.write(
    `${campaign.model.name}, ${campaign.workload.name}: seeds ${first} to ${first + seeds - 1}, ${profiles}${bug}\n`,
  );
  try {
    await runSeeds({
      flags: simFlags,
      first,
      count: seeds,
      jobs,
      signal: interrupt.signal,
      onTrial: (trial) => {
        tally.add(trial);
        progress.show({ done: tally.seeds, total: seeds, failures: tally.failureCount });
      },
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onSignal);
    progress.clear();
  }
  const summary = tally.summary();
  const seedsPerMinute = Math.round((summary.seeds / progress.elapsedMs) * 60_000);
  const write = json === true ? asJson : asText;
  process.stdout.write(write(summary, seedsPerMinute, simFlags));
  process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : exitCodeOf(summary);
}

/** Worst wins: a failure, then a seed without a verdict; a campaign in which nothing was judged has none either. */
function exitCodeOf({ failures, unknown, vacuous, seeds }: Summary): number {
  if (failures.length > 0) return exitCodes.invalid;
  return unknown > 0 || vacuous === seeds ? exitCodes.unknown : exitCodes.valid;
}

function asJson(summary: Summary, seedsPerMinute: number, flags: SimFlags): string {
  const { seeds, unknown, vacuous, operations, hash, probes } = summary;
  const failures = summary.failures.map(({ seed, profile, kind, explanation }) => ({
    seed,
    profile,
    kind,
    explanation,
    repro: simReproLine(flags, { seed, profile }),
  }));
  return `${JSON.stringify({ seeds, failures, unknown, vacuous, operations, seedsPerMinute, hash, probes })}\n`;
}

function asText(summary: Summary, seedsPerMinute: number, flags: SimFlags): string {
  const { seeds, failures, unknown, vacuous, operations, hash, firstUnknown } = summary;
  const told = failures
    .slice(0, failuresShown)
    .flatMap((failure) => [
      `seed ${failure.seed} (${failure.profile}): ${failure.kind}`,
      ...failure.explanation.split('\n').map((line) => `  ${line}`),
      `  ${simReproLine(flags, failure)}`,
      '',
    ]);
  if (failures.length > failuresShown) told.push(`… and ${failures.length - failuresShown} more\n`);
  if (firstUnknown !== null) told.push(`seed ${firstUnknown.seed} is undecided: ${firstUnknown.reason}\n`);
  const counts = [
    `${seeds} seeds`,
    `${failures.length} failed`,
    `${unknown} undecided`,
    `${vacuous} with nothing to judge`,
    `${operations} operations`,
    `${seedsPerMinute} seeds/min`,
  ];
  return [...told, counts.join(', '), `hash ${hash}`, ''].join('\n');
}
