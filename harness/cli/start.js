/**
 * The entry of all npm scripts that are commands: main.ts, compiled. Where nothing can be kept (node_modules belongs to
 * somebody else, or is read-only), a TypeScript loader does the same more slowly.
 */
import { pathToFileURL } from 'node:url';
import { compiled } from './compiled.js';

/** As in harness/exit.ts. */
const harnessFailed = 255;

process.setSourceMapsEnabled(true);
try {
  await import(await entry());
} catch (error) {
  const why = error instanceof Error ? error.stack : error;
  process.stderr.write(`error: the command line cannot be loaded: ${why}\n`);
  process.exitCode = harnessFailed;
}

async function entry() {
  const folders = ['nodes', 'harness', 'workloads', 'reports'];
  try {
    const folder = await compiled({ entries: ['harness/cli/main.ts'], folders });
    return pathToFileURL(`${folder}/harness/cli/main.mjs`).href;
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(code)) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return new URL('main.ts', import.meta.url).href;
  }
}
