/**
 * The README does what it says: every command line in it is run. Runs of a cluster are shortened with --time-limit, go
 * to a temporary folder, and the two set-up lines are not run inside of themselves.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runCommand, startCommand, type CommandResult } from './command.ts';
import { temporaryFolder } from './e2e/folder.ts';
import { eventually } from './eventually.ts';

const readme = readFileSync('README.md', 'utf8');
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> })
  .scripts;

/** The lines of the README's `sh` blocks that call the project. */
const lines = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** `npm run jepsen -- --model raft` → the arguments of harness/cli/start.js. */
function argumentsOf(line: string): string[] {
  const [, script = '', rest = ''] = /^npm run (?:-s )?([\w:]+)(?: -- (.*))?$/.exec(line) ?? [];
  const command = scripts[script]?.match(/start\.js (\S+)$/)?.[1];
  assert(command !== undefined, `'${line}' calls no command of the project`);
  return [command, ...rest.split(' ').filter((word) => word !== '')];
}

describe('the README', () => {
  const folder = temporaryFolder();

  it('opens with the two commands that do all the set-up', () => {
    assert.deepEqual(lines.slice(0, 2), ['npm ci && npm run jepsen -- --model raft', 'npm ci && npm test']);
    const ci = readFileSync('.ci/run', 'utf8');
    assert.ok(
      ci.includes('\nnpm ci && npm test\n'),
      'the continuous integration runs exactly the test command',
    );
  });

  const others = [...new Set(lines.slice(2))];
  for (const line of others.filter((each) => each.startsWith('npm run'))) {
    it(line, async () => {
      const args = argumentsOf(line);
      const result = await tryOut(args, folder());
      assert.match(String(result.code), expectedExit(args), result.stdout + result.stderr);
    });
  }

  it('has no other command but curl', () => {
    const strange = others.filter((line) => !/^(npm run|curl) /.test(line));
    assert.deepEqual(strange, []);
  });

  it('every npm script is explained in it', () => {
    // What npm runs by itself is nobody's command.
    const commands = Object.keys(scripts).filter((name) => name !== 'prepack');
    const silent = commands.filter((name) => !new RegExp(`npm (run (-s )?)?${name}\\b`).test(readme));
    assert.deepEqual(silent, []);
  });
});

/** A found violation is no failure of the command, where the README shows one being found. */
function expectedExit(args: readonly string[]): RegExp {
  const looksForOne = args.includes('--bug') || args.includes('reads=leader');
  const hasOne = args.includes('test/samples/stale-read.edn') && !args.includes('--guarantee');
  return hasOne ? /^1$/ : looksForOne ? /^[01]$/ : /^0$/;
}

async function tryOut(args: readonly string[], out: string): Promise<CommandResult> {
  const [command] = args;
  if (command === 'jepsen' && (args.includes('--model') || args.includes('--submission')))
    return runCommand([...args, '--time-limit', '4', '--out', out]);
  if (command === 'bench-harness') return runCommand([...args, '--rounds', '1', '--seconds', '2']);
  if (command === 'bench-checkers') return runCommand([...args, '--only', 'cas-30', '--rounds', '1']);
  if (command === 'sim') return runCommand([...args, '--seeds', '10']);
  if (command === 'check' && args.some((word) => word.startsWith('runs/'))) return checkAfresh(args, out);
  if (command === 'node' || command === 'cluster') return startAndEnd(args);
  return runCommand(args);
}

/** There is something to check only after a run. */
async function checkAfresh(args: readonly string[], out: string): Promise<CommandResult> {
  const run = [
    'jepsen',
    '--model',
    'raft',
    '--nodes',
    '3',
    '--faults',
    'none',
    '--time-limit',
    '2',
    '--out',
    out,
  ];
  await runCommand(run);
  return runCommand(args.map((word) => word.replace('runs/', `${out}/`)));
}

/** A command that runs until it is told to end: it must come up, and end when told. */
async function startAndEnd(args: readonly string[]): Promise<CommandResult> {
  const { child, ended } = startCommand(args);
  let seen = '';
  child.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  await eventually(
    `'curl' in what ${args.join(' ')} prints`,
    () => seen.includes('curl') || child.exitCode !== null,
  );
  child.kill('SIGINT');
  const result = await ended;
  return { ...result, code: result.code === 130 ? 0 : result.code };
}
