/**
 * The command line, and the only composition root: `npm run jepsen|sim|check|node|cluster -- …` all come here.
 * Results go to stdout, progress and errors to stderr; exit codes are those of harness/exit.ts.
 */
import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { legible } from '../../reports/data/text.ts';
import { exitCodes, HarnessError, Interrupted, UsageError } from '../exit.ts';
import { correctedLine } from './forgottenDashes.ts';

/** Each command is loaded only when it is asked for: starting up fast matters more than one long list of imports. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  jepsen: async () => (await import('./jepsen.ts')).jepsenCommand(),
  sim: async () => (await import('./sim.ts')).simCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
  node: async () => (await import('./node.ts')).nodeCommand(),
  cluster: async () => (await import('./cluster.ts')).clusterCommand(),
  'bench-checkers': async () => (await import('./benchCheckers.ts')).benchCheckersCommand(),
  'bench-round': async () => (await import('./benchRound.ts')).benchRoundCommand(),
  'bench-harness': async () => (await import('./benchHarness.ts')).benchHarnessCommand(),
};

/**
 * What a person sees of an error: the message, never a stack trace, unless it is a defect of the harness. It may hold what
 * programs under test have printed.
 */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.valid : exitCodes.usage;
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${legible(error.message)}\n`);
    return exitCodes.usage;
  }
  if (error instanceof HarnessError) {
    process.stderr.write(`error: ${legible(error.message)}\n`);
    return error instanceof Interrupted ? exitCodes.interrupted : exitCodes.harness;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: this is a defect of the harness, please report it:\n${legible(detail)}\n`);
  return exitCodes.harness;
}

function prepare(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError('(--help shows all options, with examples)');
  for (const child of command.commands) prepare(child);
}

async function run(name: string | undefined, args: readonly string[]): Promise<void> {
  const load = loaders[name ?? ''];
  if (!load)
    throw new UsageError(`no command '${name ?? ''}'; there are: ${Object.keys(loaders).join(', ')}`);
  const command = await load();
  prepare(command);
  const script = process.env['npm_lifecycle_event'] ?? command.name();
  const corrected = correctedLine(script, command.options, args, process.env);
  command.name(`npm run ${script} --`);
  if (corrected !== null) {
    throw new UsageError(`npm kept the flags for itself, because '--' is missing. Write:\n  ${corrected}`);
  }
  await command.parseAsync(args, { from: 'user' });
}

run(process.argv[2], process.argv.slice(3)).catch((error: unknown) => {
  process.exitCode = report(error);
});
