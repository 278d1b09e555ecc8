/** Style that a machine can hold: one-way imports, purity, sizes, registries, no leftovers. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const roots = ['nodes', 'harness', 'workloads', 'reports'];

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file))
    .sort();
}

const files = roots.flatMap(sources);
const textOf = (file: string): string => readFileSync(file, 'utf8');

/** What a file imports: paths from the root for own files, bare names for packages. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const found = textOf(file).matchAll(/^(import|export)(\s+type)?[^;'"]*?from\s+['"]([^'"]+)['"]/gm);
  return [...found].map(([, , type, path = '']) => ({
    target: path.startsWith('.') ? normalize(join(dirname(file), path)) : path,
    typeOnly: type !== undefined,
  }));
}

/** Folder → what it may import besides itself. The longest matching folder decides. */
const mayImport: Record<string, readonly string[]> = {
  'nodes/kernel': ['seedrandom'],
  'nodes/machines': ['nodes/kernel', 'sql.js'],
  'nodes/log': ['nodes/kernel', 'nodes/machines'],
  'nodes/raft': ['nodes/kernel', 'nodes/machines', 'nodes/log'],
  'nodes/leader-follower': ['nodes/kernel', 'nodes/machines', 'nodes/log'],
  'nodes/proxy': ['nodes/kernel', 'nodes/machines'],
  'nodes/quorum': ['nodes/kernel'],
  'nodes/eventual': ['nodes/kernel'],
  'nodes/crdt': ['nodes/kernel'],
  'nodes/causal': ['nodes/kernel'],
  'nodes/host': ['nodes/kernel', 'nodes/index.ts', 'node:', 'ajv', '@grpc/', 'ordeal:'],
  'nodes/index.ts': ['nodes/'],
  'harness/columns': ['nodes/kernel', 'harness/history.ts'],
  'harness/specs': ['nodes/kernel', 'harness/history.ts'],
  'harness/generator': ['nodes/kernel', 'harness/history.ts'],
  'harness/formats': [
    'nodes/kernel',
    'harness/columns',
    'harness/history.ts',
    'harness/historyFile.ts',
    'harness/exit.ts',
    'harness/schemas',
    'harness/specs',
    'node:',
  ],
  'harness/checkers': [
    'nodes/kernel',
    'harness/history.ts',
    'harness/guarantees.ts',
    'harness/columns',
    'harness/specs',
  ],
  'harness/faults': ['nodes/kernel', 'harness/history.ts', 'harness/world.ts'],
  'harness/sim': ['nodes/kernel', 'nodes/index.ts', 'harness/'],
  'harness/cluster': ['nodes/', 'harness/', 'node:', 'esbuild', 'ajv'],
  'harness/submission': ['nodes/kernel', 'harness/', 'node:'],
  'harness/bench': ['nodes/', 'harness/', 'workloads/', 'node:', 'autocannon'],
  'harness/cli': ['nodes/', 'harness/', 'workloads/', 'reports/', 'node:', 'commander', 'esbuild'],
  'harness/makeFolder.ts': ['node:'],
  'harness/store.ts': ['nodes/kernel', 'harness/', 'node:'],
  'harness/historyFile.ts': ['nodes/kernel', 'harness/', 'node:', 'ajv'],
  'harness/schemas': ['ajv'],
  harness: ['nodes/kernel', 'harness/'],
  workloads: ['nodes/kernel', 'harness/'],
  reports: ['nodes/kernel', 'harness/', 'preact', 'd3-scale', 'd3-shape'],
};

function ruleFor(file: string): readonly string[] {
  const folder = Object.keys(mayImport)
    .filter((prefix) => file === prefix || file.startsWith(`${prefix}/`))
    .sort((a, b) => b.length - a.length)[0];
  assert(folder !== undefined, `${file} stands in no folder that this test knows`);
  return [folder, ...(mayImport[folder] ?? [])];
}

const pure = files.filter(
  (file) =>
    !/^(nodes\/host|harness\/(cluster|bench|cli))\/|^harness\/(store|historyFile|submission\/start)\.ts$/.test(
      file,
    ),
);

describe('the tree is tidy', () => {
  it('imports point one way', () => {
    const wrong = files.flatMap((file) => {
      const allowed = ruleFor(file);
      return importsOf(file)
        .filter(({ target }) => !allowed.some((prefix) => target.startsWith(prefix)))
        .map(({ target }) => `${file} imports ${target}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('nobody but the command line imports the command line, and the harness core knows no world', () => {
    const wrong = files
      .filter((file) => !file.startsWith('harness/cli/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ target }) => target.startsWith('harness/cli/'))
          .map(({ target }) => `${file} imports ${target}`),
      );
    const core = /^(harness\/[^/]+\.ts|workloads\/.*|harness\/(checkers|specs|faults|generator)\/.*)$/;
    const knowing = files
      .filter((file) => core.test(file) && !/harness\/(store|historyFile)\.ts/.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ target }) => /^harness\/(cluster|sim|bench)\//.test(target))
          .map(({ target }) => `${file} imports ${target}`),
      );
    assert.deepEqual([...wrong, ...knowing], []);
  });

  it('pure code has no clock, no chance and no I/O', () => {
    const impure =
      /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|(?<!(?:this|events)\.)\bprocess\.)/;
    const wrong = pure.flatMap((file) =>
      textOf(file)
        .split('\n')
        .flatMap((line, at) =>
          impure.test(line.replace(/\/\/.*|\/\*\*.*\*\/|^\s*\*.*/, ''))
            ? [`${file}:${at + 1}: ${line.trim()}`]
            : [],
        ),
    );
    assert.deepEqual(wrong, []);
  });

  it('files are short, and open by saying what they are', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 350);
    const silent = files.filter((file) => !/^(\/\*\*|\/\/|#!)/.test(textOf(file)));
    assert.deepEqual({ long, silent }, { long: [], silent: [] });
  });

  it('no leftovers, and no names that say nothing', () => {
    const leftovers = /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error|eslint-disable|\.only\(/;
    const left = files.filter((file) => leftovers.test(textOf(file)));
    const vague = files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\.[a-z]+$/i.test(file));
    assert.deepEqual({ left, vague }, { left: [], vague: [] });
  });

  it('every folder explains itself', () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const silent = folders.filter(
      (folder) => !/schemas|assets/.test(folder) && !existsSync(join(folder, 'README.md')),
    );
    assert.deepEqual(silent, []);
  });

  it('what stands in a registry’s folder is registered', () => {
    const plain = new Set(['index.ts', 'fault.ts', 'checker.ts', 'spec.ts', 'generator.ts']);
    const unregistered = ['harness/faults', 'harness/specs', 'workloads'].flatMap((folder) => {
      const reached = new Set<string>();
      const visit = (file: string): void => {
        if (reached.has(file)) return;
        reached.add(file);
        for (const { target } of importsOf(file)) if (target.startsWith(`${folder}/`)) visit(target);
      };
      visit(`${folder}/index.ts`);
      return sources(folder).filter(
        (file) => !reached.has(file) && !plain.has(file.slice(folder.length + 1)),
      );
    });
    assert.deepEqual(unregistered, []);
  });

  it('no file is dead: each is imported, or is an entry', () => {
    const entries =
      /harness\/cli\/main\.ts|nodes\/host\/main\.ts|supervisor.*\.ts|worker.*\.ts|Main\.ts$|\.d\.ts$/;
    const lazily = (file: string): string[] =>
      [...textOf(file).matchAll(/\bimport\('([^']+)'\)/g)].map(([, path = '']) =>
        normalize(join(dirname(file), path)),
      );
    const reached = new Set(
      files.flatMap((file) => [...importsOf(file).map(({ target }) => target), ...lazily(file)]),
    );
    const tests = sources('test').map(textOf).join('\n');
    const dead = files.filter(
      (file) =>
        !reached.has(file) && !entries.test(file) && !tests.includes(file.split('/').slice(-1)[0] ?? file),
    );
    assert.deepEqual(dead, []);
  });
});
