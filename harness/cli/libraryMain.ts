/**
 * Builds the library as a package of its own: one file of plain JavaScript that Node runs without a loader, the types
 * beside it, and a manifest without dependencies. What the commands need is none of its users' business.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['harness/index.ts'],
  outfile: 'dist/index.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
execFileSync(
  process.execPath,
  [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--project', 'tsconfig.library.json'],
  { cwd: root, stdio: ['ignore', 2, 2] },
);

const { name, version, description, license, type, engines } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
) as Readonly<Record<string, unknown>>;
const entry = { types: './types/harness/index.d.ts', default: './index.js' };
const exported = { '.': entry, './package.json': './package.json' };
const manifest = { name, version, description, license, type, engines, exports: exported };
writeFileSync(`${root}dist/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ['README.md', 'LICENSE']) copyFileSync(`${root}${file}`, `${root}dist/${file}`);
