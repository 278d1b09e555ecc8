import { build } from 'esbuild';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
let p: Promise<string> | undefined;
export function supervisorProgram(): Promise<string> {
  return (p ??= (async () => {
    const out = join(tmpdir(), `ordeal-sup-${process.pid}.mjs`);
    await build({
      entryPoints: [join(import.meta.dirname, 'supervisor.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile: out,
      banner: { js: "import {createRequire as c} from 'node:module';const require=c(import.meta.url);" },
      logLevel: 'silent',
    });
    return out;
  })());
}
