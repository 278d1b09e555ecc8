/** `npm run jepsen -- --model raft`: one run on real processes, from plan to verdict and report. */
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { closest } from '../../nodes/kernel/options.ts';
import type { Validity } from '../checkers/checker.ts';
import { linkWarnings } from '../cluster/linkReport.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { failureWarnings } from '../failureWords.ts';
import { faultReports } from '../faultReports.ts';
import { judge, meaningsOf } from '../judge.ts';
import type { Results } from '../results.ts';
import { createRunFolder, type RunFolder } from '../store.ts';
import { deadlineBudget } from '../checkers/budget.ts';
import { conduct, type Conducted } from './conduct.ts';
import { doctorCommand } from './doctor.ts';
import { environment } from './environment.ts';
import { listCommand } from './list.ts';
import { LiveView } from './liveView.ts';
import { addPlanFlags, planRun, type Plan, type PlanFlags } from './runPlan.ts';
import { summary } from './summary.ts';
import { readSubmission } from '../submission/manifest.ts';
import { submissionWarnings } from '../submission/asModel.ts';
import { models } from '../../nodes/index.ts';

interface JepsenFlags extends PlanFlags {
  readonly submission?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** How long checkers may search before they answer `unknown`. */
const checkBudgetMs = 60_000;

const examples = `
Examples:
  npm run jepsen -- --model raft
  npm run jepsen -- --model raft --workload append --faults kill,partition --time-limit 60
  npm run jepsen -- --model raft --set reads=leader --set checkQuorum=off --guarantee linearizable --faults partition
  npm run jepsen -- --model raft --bug ack-before-commit --seed 42
  npm run jepsen -- --submission test/submissions/eventual-node
  npm run jepsen -- list            models, options, planted bugs, workloads, faults, guarantees
  npm run jepsen -- doctor          what this machine can do

Exit codes: 0 no violation found, 1 violation, 2 undecided, 130 interrupted, 254 usage, 255 the harness failed.
Results go to runs/<time>-<model>-<workload>-<seed>/; runs/latest is the newest.`;

export function jepsenCommand(): Command {
  const command = new Command('jepsen').description(
    'runs a cluster of real processes, breaks it, and decides from what clients saw whether its guarantee held',
  );
  return addPlanFlags(command)
    .option(
      '--submission <dir>',
      'run the program of this folder, which has a submission.json, instead of a model',
    )
    .option('--out <dir>', 'where run folders are made (default: runs)')
    .option('--json', 'print results.json, and the folder, as one JSON value on stdout')
    .addHelpText('after', examples)
    .allowExcessArguments(true)
    .action((flags: JepsenFlags, { args, commands }: Command) => {
      refuseWords(args, commands);
      return jepsen(flags);
    })
    .addCommand(listCommand())
    .addCommand(doctorCommand());
}

/** A word without dashes is a command of jepsen, misspelt, or a value whose flag was forgotten. */
function refuseWords([word]: readonly string[], commands: readonly Command[]): void {
  if (word === undefined) return;
  const names = commands.map((command) => command.name());
  const nearest = closest(word, names);
  const hint = nearest === null ? '' : ` Did you mean '${nearest}'?`;
  throw new UsageError(
    `too many arguments: '${word}' belongs to no flag.${hint} ` +
      `There are the commands ${names.join(' and ')}; values follow flags, as in --model raft`,
  );
}

async function jepsen(flags: JepsenFlags): Promise<void> {
  const submission = flags.submission === undefined ? undefined : readSubmission(flags.submission, models);
  const plan = planRun(flags, submission);
  const folder = createRunFolder(plan.config, {
    ...(flags.out && { out: flags.out }),
    startedAt: new Date(),
  });
  folder.writeConfig(plan.config);
  const live = new LiveView(plan.config);
  const stop = stopOnSignals(() =>
    live.note('stopping: healing, then checking what there is; once more to kill'),
  );
  live.start();
  try {
    const conducted = await conduct(plan, folder, live, stop.signal);
    live.note('checking the history');
    const results = decide(plan, conducted);
    await writeOut(plan, folder, conducted, results);
    live.stop();
    printResults(folder, results, flags.json ?? false);
    process.exitCode = conducted.interrupted ? exitCodes.interrupted : exitCodeOf(results.valid);
  } finally {
    live.stop();
    stop.release();
  }
}

function decide({ config, model, workload }: Plan, conducted: Conducted): Results {
  const { history, view, interrupted, linkProbes } = conducted;
  const faults = faultReports(history, config);
  return judge({
    history,
    config,
    claim: model.claim(config.options),
    workload,
    budget: deadlineBudget(() => performance.now(), checkBudgetMs),
    faults,
    probes: { ...view.probes, ...linkProbes },
    warnings: [
      ...(interrupted ? ['interrupted: the plan was not carried out to its end'] : []),
      ...(config.submission ? submissionWarnings(config.submission.manifest, config.faults) : []),
      ...view.warnings,
      ...failureWarnings(history),
      ...linkWarnings(linkProbes, (fault) => faults[fault]?.injected ?? 0),
    ],
    model,
  });
}

async function writeOut(
  plan: Plan,
  folder: RunFolder,
  conducted: Conducted,
  results: Results,
): Promise<void> {
  folder.writeResults(results);
  // Loading the renderer takes as long as rendering: only now, not while the run starts.
  const { renderReport } = await import('../../reports/report.tsx');
  const { config, model, workload } = plan;
  const { history } = conducted;
  const meanings = meaningsOf({ config, workload, claim: model.claim(config.options) });
  folder.writeReport(renderReport({ config, history, results, environment: environment(), meanings }));
}

function printResults(folder: RunFolder, results: Results, asJson: boolean): void {
  const report = pathToFileURL(folder.paths.report).href;
  if (asJson) process.stdout.write(`${JSON.stringify({ ...results, folder: folder.paths.folder })}\n`);
  else process.stdout.write(`${summary(results)}\nreport  ${report}\n`);
}

function exitCodeOf(valid: Validity): number {
  if (valid === 'unknown') return exitCodes.unknown;
  return valid ? exitCodes.valid : exitCodes.invalid;
}

/** The first signal ends the run early and in order; the second one at once (the supervisor then sweeps). */
function stopOnSignals(onFirst: () => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    onFirst();
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
