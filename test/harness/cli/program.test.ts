/** A program does the same whether its bytecode is there, missing or none of its own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compiled } from '../../../harness/cli/compiled.js';
import { temporaryFolder } from '../../e2e/folder.ts';

const runner = new URL('../../../harness/cli/program.js', import.meta.url).href;

describe('a compiled program', () => {
  const temporary = temporaryFolder();

  /** A program of two modules, the second of which is only loaded when it is needed. */
  async function programIn(root: string): Promise<string> {
    mkdirSync(join(root, 'code'));
    writeFileSync(join(root, 'code', 'told.ts'), "export const told = (): string => 'ünd → so';\n");
    writeFileSync(
      join(root, 'code', 'first.ts'),
      `type Word = string;
const fail = (): never => { throw new Error('failed on purpose'); };
void (async (): Promise<void> => {
  const { sep } = await import('node:path');
  const { told } = await import('./told.ts');
  const word: Word = told();
  process.stdout.write(word + sep);
  if (process.argv.includes('fail')) fail();
})().catch((error: Error) => process.stdout.write(error.stack ?? ''));
`,
    );
    const folder = await compiled({ entries: ['code/first.ts'], folders: ['code'], format: 'cjs', root });
    return join(folder, 'code/first.cjs');
  }

  async function run(program: string, use: string, ...args: string[]): Promise<string> {
    const script = `import { runProgram } from '${runner}'; runProgram(${JSON.stringify(program)}, '${use}');`;
    const all = ['--input-type=module', '--eval', script, '--', ...args];
    return (await promisify(execFile)(process.execPath, all)).stdout;
  }

  it('keeps bytecode for each use, and says the same with it', async () => {
    const program = await programIn(temporary());
    assert.equal(await run(program, 'one'), 'ünd → so/');
    const code = readFileSync(`${program}.one.code`);
    assert.ok(code.length > 100);
    assert.equal(await run(program, 'one'), 'ünd → so/');
    assert.equal(await run(program, '../other'), 'ünd → so/');
    const kept = readdirSync(join(program, '..')).sort();
    assert.deepEqual(kept, ['first.cjs', 'first.cjs.map', 'first.cjs.one.code', 'first.cjs.other.code']);
  });

  it('makes bytecode anew that is none, or that of another text', async () => {
    const program = await programIn(temporary());
    const file = `${program}.one.code`;
    writeFileSync(file, 'nothing that V8 could read');
    assert.equal(await run(program, 'one'), 'ünd → so/');
    const code = readFileSync(file);
    assert.ok(code.length > 100);
    writeFileSync(program, `${readFileSync(program, 'latin1')}\nprocess.stdout.write('!');`);
    assert.equal(await run(program, 'one'), '!ünd → so/');
    assert.notDeepEqual(readFileSync(file), code);
    // V8 by itself would run the bytecode of a text that is as long.
    writeFileSync(program, readFileSync(program, 'latin1').replace("write('!')", "write('?')"));
    assert.equal(await run(program, 'one'), '?ünd → so/');
  });

  it('makes bytecode anew that is damaged', async () => {
    const program = await programIn(temporary());
    const file = `${program}.one.code`;
    await run(program, 'one');
    const code = readFileSync(file);
    for (const share of [0, 0.3, 0.6, 0.9]) {
      const damaged = Buffer.from(code);
      const at = Math.floor(share * code.length);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      writeFileSync(file, damaged);
      assert.equal(await run(program, 'one'), 'ünd → so/');
      assert.notDeepEqual(readFileSync(file), damaged, `a damage at ${at}`);
    }
  });

  it('names the sources when it fails', async () => {
    const root = temporary();
    const program = await programIn(root);
    const told = await run(program, 'one', 'fail');
    assert.match(told, /^ünd → so\/Error: failed on purpose\n {4}at fail /);
    assert.ok(told.includes(`${join(root, 'code/first.ts')}:2:35`), told);
    // Whoever takes the map away gets the places in the program.
    rmSync(`${program}.map`);
    const toldWithout = await run(program, 'one', 'fail');
    assert.match(toldWithout, /^ünd → so\/Error: failed on purpose\n {4}at fail /);
    assert.ok(toldWithout.includes(`${program}:`), toldWithout);
  });
});
