/**
 * TypeScript modules as plain JavaScript, made once and kept until a source changes: commands start several times faster
 * than through a TypeScript loader, and run faster too, since the loader's bookkeeping of function names is left out.
 * This file is plain JavaScript itself, because it runs before anything could load another language.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What was made so long ago is removed when something is made anew; nothing runs that long. */
const keptMs = 24 * 3600 * 1000;

/** The names that stand for where a module lies. */
const ownPlace = { url: 'ownUrl', folder: 'ownFolder' };

/** Packages that a program leaves where they are: they read files beside them, and few commands need them. */
const aloof = ['esbuild', 'autocannon', '@grpc/*', 'sql.js'];

/**
 * @typedef {object} Sources
 * @property {readonly string[]} entries what shall be compiled, with all that it imports; paths from the root
 * @property {readonly string[]} folders where all of that lies
 * @property {'esm' | 'cjs'} [format] modules that share what they import, or programs that are one file each, packages included
 * @property {string} [root] this repository unless it is given
 */

/**
 * Answers with a folder in which the entries lie under their own paths, ending in `.mjs` or `.cjs`. Processes may ask at the same
 * time; what is unfinished is seen by nobody.
 * @param {Sources} sources
 * @returns {Promise<string>}
 */
export async function compiled({
  entries,
  folders,
  format = 'esm',
  root = fileURLToPath(new URL('../../', import.meta.url)),
}) {
  // Inside of node_modules, so that an import of a package finds it from there.
  const cache = join(root, 'node_modules', '.cache', 'ordeal', 'compiled');
  const folder = join(cache, fingerprint([...entries, format], folders, root));
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  removeOld(cache);
  const making = mkdtempSync(join(cache, 'making-'));
  try {
    await bundle({ entries, format, root }, making);
    renameSync(making, folder);
  } catch (error) {
    // Somebody else was faster: what they made is the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Changes whenever a source does: sizes and times of files tell, as they do for make. A few ms for 500 files.
 * @param {readonly string[]} asked
 * @param {readonly string[]} folders
 * @param {string} root
 */
function fingerprint(asked, folders, root) {
  const hash = createHash('sha256').update(JSON.stringify([process.version, root, asked]));
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(tsx?|json)$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json'].map((file) => join(root, file));
  for (const file of [...sources.sort(), ...settings, fileURLToPath(import.meta.url)]) {
    const found = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file} ${found?.size} ${found?.mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 24);
}

/**
 * @param {Required<Omit<Sources, 'folders'>>} asked
 * @param {string} outdir
 */
async function bundle({ entries, format, root }, outdir) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir,
    outbase: '.',
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    // Modules that several entries share exist once.
    splitting: format === 'esm',
    ...(format === 'esm' ? { packages: 'external' } : { external: aloof }),
    platform: 'node',
    target: 'node20',
    format,
    // A script whose bytecode was kept cannot import: Node forgets for whom it would load.
    supported: { 'dynamic-import': format === 'esm' },
    // Stack traces name the sources.
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
    define: { 'import.meta.url': ownPlace.url, 'import.meta.dirname': ownPlace.folder },
    plugins: [{ name: 'own-place', setup: keepPlaces }],
  });
}

/**
 * A module that asks where it lies means its source: that is where the files beside it are.
 * @param {import('esbuild').PluginBuild} setup
 */
function keepPlaces(setup) {
  setup.onLoad({ filter: /\.(tsx?|js)$/, namespace: 'file' }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('import.meta')) return undefined;
    const url = JSON.stringify(pathToFileURL(path).href);
    const folder = JSON.stringify(dirname(path));
    // In the first line, so that the numbers of all others stay.
    const contents = `const ${ownPlace.url} = ${url}, ${ownPlace.folder} = ${folder};${text}`;
    return { contents, loader: 'default' };
  });
}

/** @param {string} cache */
function removeOld(cache) {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - madeMs > keptMs) rmSync(folder, { recursive: true, force: true });
  }
}
