/** Runs the project's own commands as a person would, for end-to-end and long tests. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** The program that the npm scripts call. */
export const commandLine = 'harness/cli/start.js';

/** Starts a command of the project, without npm around it. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = process.env): RunningCommand {
  return watch(spawn(process.execPath, [commandLine, ...args], { env, ...piped }));
}

/** Below the timeout of a test, so that its failure shows what the command said. */
const limitSecondsDefault = 150;

/** Runs a command to its end; killed with its whole group after `limitSeconds`. */
export async function runCommand(
  args: readonly string[],
  limitSeconds = limitSecondsDefault,
): Promise<CommandResult> {
  return limited(startCommand(args), limitSeconds);
}

/** Runs `npm run -s SCRIPT -- ARGS`. */
export async function npmRun(
  script: string,
  args: readonly string[],
  limitSeconds: number,
): Promise<CommandResult> {
  return limited(watch(spawn('npm', ['run', '--silent', script, '--', ...args], piped)), limitSeconds);
}

const piped: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], detached: true };

function watch(child: ChildProcess): RunningCommand {
  const started = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 }),
    );
  });
  return { child, ended };
}

async function limited({ child, ended }: RunningCommand, limitSeconds: number): Promise<CommandResult> {
  const limit = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limitSeconds * 1000);
  try {
    return await ended;
  } finally {
    clearTimeout(limit);
  }
}
