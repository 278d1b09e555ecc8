/** What `npm ci --omit=dev` installs is what the commands need: all of it, and nothing that only tests need. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, Manifest & { readonly dev?: true }>>;
};

/** Builds the library, which takes a clone with everything in it. */
const forBuilding = ['libraryMain.ts'];

/** The packages that the files of these folders name when they run. */
function packagesOf(folders: readonly string[]): ReadonlySet<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|tsx?)$/.test(file) && !forBuilding.some((name) => file.endsWith(name)))
      .map((file) => join(folder, file)),
  );
  const stated = /^(?:import|export)(?!\s+type)[^;'"]*?from\s+['"]([^'"]+)['"]/gm;
  const asked = /\bimport\(\s*'([^']+)'\s*\)/g;
  const named = files
    .map((file) => readFileSync(file, 'utf8'))
    .flatMap((text) => [...text.matchAll(stated), ...text.matchAll(asked)]);
  const packages = named
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('.') && !isBuiltin(name) && !name.startsWith('ordeal:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  // What TSX is compiled to asks for it; no file names it.
  if (files.some((file) => file.endsWith('.tsx'))) packages.push('preact');
  return new Set(packages);
}

describe('package.json', () => {
  it('has what the commands import in its dependencies, and nothing else', () => {
    const needed = packagesOf(['harness', 'nodes', 'workloads', 'reports']);
    needed.forEach((name) => assert(name in manifest.dependencies, `${name} is no dependency`));
    for (const name of Object.keys(manifest.dependencies))
      assert(needed.has(name), `nothing that runs imports ${name}`);
  });

  it('is what the lock was made from', () => {
    const { dependencies, devDependencies } = lock.packages[''] ?? {};
    assert.deepEqual(
      { dependencies, devDependencies },
      {
        dependencies: manifest.dependencies,
        devDependencies: manifest.devDependencies,
      },
    );
    for (const name of Object.keys(manifest.dependencies))
      assert.equal(lock.packages[`node_modules/${name}`]?.dev, undefined, name);
  });
});
