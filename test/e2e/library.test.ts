/**
 * The library as others get it: built, packed, unpacked into an empty project, imported by plain Node, its types read by tsc. It
 * runs the snippet of the README.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

const [, snippet = ''] =
  /## As a library[\s\S]*?```js\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];

/** A program that uses what the package promises, with its types. */
const typed = `import { check, History, type CheckResult, type SequentialSpec } from 'ordeal';

const flag: SequentialSpec<boolean> = {
  name: 'flag',
  meaning: 'a flag that is raised once',
  operations: [
    { f: 'raise', invoked: 'null', answered: 'null' },
    { f: 'look', invoked: 'null', answered: 'true or false' },
  ],
  init: () => false,
  step: (state, { f }, output) => {
    if (f === 'raise') return true;
    return output === 'unknown' || output.value === state ? state : 'inconsistent';
  },
  nameOf: String,
  byKey: true,
  observers: ['look'],
  describe: ({ f }) => f,
};
const history: History = History.of([]);
const result: CheckResult = check(history, { spec: flag, guarantee: ['linearizable'] });
export const held: readonly string[] = result.levels.held;
// @ts-expect-error no such option
check(history, { spec: 'register', budge: 1 });
`;

describe('the package', () => {
  const folder = temporaryFolder();

  it('is built, packed, runs on plain Node, has types, and depends on nothing', () => {
    const project = folder();
    unpackInto(project);
    assert.deepEqual(readdirSync(join(project, 'node_modules', 'ordeal')).sort(), [
      'LICENSE',
      'README.md',
      'index.js',
      'package.json',
      'types',
    ]);
    const manifest = JSON.parse(
      readFileSync(join(project, 'node_modules', 'ordeal', 'package.json'), 'utf8'),
    ) as { dependencies?: unknown };
    assert.equal(
      manifest.dependencies,
      undefined,
      'what the commands need is not installed with the library',
    );
    writeFileSync(join(project, 'snippet.mjs'), snippet);
    const printed = execFileSync(process.execPath, ['snippet.mjs'], { cwd: project, encoding: 'utf8' });
    assert.match(printed, /^false\nread of x by process 1 .* answered null, but 1 was written/);
    assert.match(printed, /strongest that held: \S/);
    typecheck(project);
  });

  it('can be imported by its name inside of the repository', async () => {
    const { check } = await import('ordeal');
    assert.equal(check([], { spec: 'register' }).valid, true);
  });
});

/** Builds and packs the library, without asking any network, and puts the package where an import finds it. */
function unpackInto(project: string): void {
  execFileSync('npm', ['run', '--silent', 'build']);
  const npm = ['pack', './dist', '--offline', '--silent', '--pack-destination', project];
  const tarball = execFileSync('npm', npm, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  const target = join(project, 'node_modules', 'ordeal');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, tarball), '--strip-components=1', '-C', target]);
}

function typecheck(project: string): void {
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: [] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  writeFileSync(join(project, 'use.ts'), typed);
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', project], { encoding: 'utf8' });
}
