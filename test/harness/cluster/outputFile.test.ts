import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { OutputFile } from '../../../harness/cluster/supervisor/outputFile.ts';
import { eventually } from '../../eventually.ts';

describe('captured output', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-output-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const content = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

  it('is kept up to a limit, over all incarnations together, and its end stays known', async () => {
    const path = join(folder, 'stderr.log');
    const first = new PassThrough();
    void new OutputFile(first, path, 10);
    first.end('1234567\n');
    await eventually('the first output', () => content(path) === '1234567\n');
    const second = new PassThrough();
    const output = new OutputFile(second, path, 10);
    second.write('abc');
    second.end('def\nthe end\n');
    await eventually('the note', () => content(path).includes('is not kept'));
    assert.equal(content(path), '1234567\nab\n[what follows 10 bytes is not kept]\n');
    assert.equal(output.tail(), 'abcdef\nthe end');
  });

  it('ends with the last 20 lines', async () => {
    const source = new PassThrough();
    const output = new OutputFile(source, join(folder, 'stderr.log'));
    source.end(Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join(''));
    await eventually('all', () => output.tail().endsWith('line 30'));
    assert.equal(output.tail().split('\n')[0], 'line 11');
  });

  it('is an aid: a file that cannot be written ends nothing', async () => {
    const source = new PassThrough();
    const output = new OutputFile(source, join(folder, 'no', 'such', 'folder'));
    source.write('still read\n');
    await eventually('the tail', () => output.tail() === 'still read');
    source.end();
  });
});
