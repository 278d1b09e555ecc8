/**
 * The entry of all npm scripts that are commands: main.ts, compiled. Where nothing can be kept (node_modules belongs to
 * somebody else, or is read-only), a TypeScript loader does the same more slowly.
 */
import { compiled } from './compiled.js';
import { runProgram } from './program.js';

/** As in harness/exit.ts. */
const harnessFailed = 255;

try {
  const program = await compiledProgram();
  if (program !== undefined) runProgram(program, process.argv[2] ?? '');
  else await loadSources();
} catch (error) {
  const why = error instanceof Error ? error.stack : error;
  process.stderr.write(`error: the command line cannot be loaded: ${why}\n`);
  process.exitCode = harnessFailed;
}

/** The file of the compiled command line; undefined where nothing can be kept. */
async function compiledProgram() {
  const folders = ['nodes', 'harness', 'workloads', 'reports'];
  try {
    const folder = await compiled({ entries: ['harness/cli/main.ts'], folders, format: 'cjs' });
    return `${folder}/harness/cli/main.cjs`;
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    // ENOENT is what Node says when it cannot make folders in one that is read-only.
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT'].includes(code)) throw error;
    return undefined;
  }
}

async function loadSources() {
  process.setSourceMapsEnabled(true);
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('main.ts', import.meta.url).href);
}
