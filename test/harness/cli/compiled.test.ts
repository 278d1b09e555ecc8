/** What is compiled is what the sources are now. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiled } from '../../../harness/cli/compiled.js';
import { temporaryFolder } from '../../e2e/folder.ts';

describe('compiled commands', () => {
  const temporary = temporaryFolder();

  interface Repository {
    readonly make: () => Promise<string>;
    readonly say: (text: string) => void;
    readonly kept: () => string[];
  }

  /** A repository of two modules, the first of which tells what the second one says, and where itself lies. */
  function repository(said: string): Repository {
    const root = temporary();
    mkdirSync(join(root, 'code'), { recursive: true });
    const say = (text: string): void => writeFileSync(join(root, 'code', 'said.ts'), text);
    writeFileSync(
      join(root, 'code', 'first.ts'),
      "import { said } from './said.ts';\nexport const told: readonly string[] = [said, import.meta.url];\n",
    );
    say(said);
    return {
      make: () => compiled({ entries: ['code/first.ts'], folders: ['code'], root }),
      say,
      kept: () => readdirSync(join(root, 'node_modules/.cache/ordeal/compiled')),
    };
  }

  const told = async (folder: string): Promise<readonly string[]> =>
    ((await import(pathToFileURL(join(folder, 'code/first.mjs')).href)) as { told: readonly string[] }).told;

  it('are made once, and again when a source changes', async () => {
    const { make, say, kept } = repository("export const said = 'old';");
    const first = await make();
    assert.equal(await make(), first);
    assert.deepEqual(await told(first), ['old', pathToFileURL(join(temporary(), 'code/first.ts')).href]);
    say("export const said = 'new';");
    assert.equal((await told(await make()))[0], 'new');
    assert.equal(kept().length, 2);
  });

  it('are the same for all who ask at the same time, and nothing else is left', async () => {
    const { make, kept } = repository("export const said = 'once';");
    const folders = await Promise.all(Array.from({ length: 5 }, make));
    assert.equal(new Set(folders).size, 1);
    assert.equal((await told(folders[0] ?? ''))[0], 'once');
    assert.equal(kept().length, 1);
  });

  it('are not kept when a source makes no sense', async () => {
    const { make, say, kept } = repository(
      "import { nothing } from './nowhere.ts';\nexport const said = nothing;",
    );
    await assert.rejects(make, /Could not resolve/);
    assert.deepEqual(kept(), []);
    say("export const said = 'mended';");
    assert.equal((await told(await make()))[0], 'mended');
  });

  it('are removed a day later, when others are made', async () => {
    const { make, say, kept } = repository("export const said = 'old';");
    const first = await make();
    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(first, yesterday, yesterday);
    say("export const said = 'newer';");
    const second = await make();
    assert.deepEqual(
      kept().map((name) => second.endsWith(name)),
      [true],
    );
  });
});
