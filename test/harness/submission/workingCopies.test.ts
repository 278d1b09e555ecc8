import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { copyFolder } from '../../../harness/submission/workingCopies.ts';
import { temporaryFolder } from '../../e2e/folder.ts';

describe('working copies', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder(), ...names);

  beforeEach(() => {
    mkdirSync(at('program', 'src'), { recursive: true });
    writeFileSync(at('program', 'src', 'a.txt'), 'a');
    writeFileSync(at('outside.txt'), 'outside');
  });

  it('have the same files with the same modes, without the repository', () => {
    writeFileSync(at('program', 'start'), '#!/bin/sh');
    chmodSync(at('program', 'start'), 0o755);
    mkdirSync(at('program', '.git'));
    copyFolder(at('program'), at('copy'), []);
    assert.equal(readFileSync(at('copy', 'src', 'a.txt'), 'utf8'), 'a');
    assert.equal(statSync(at('copy', 'start')).mode & 0o777, 0o755);
    assert.ok(!existsSync(at('copy', '.git')));
  });

  it('have links to their own files, and what links out of the folder lead to', () => {
    symlinkSync('src/a.txt', at('program', 'inner'));
    symlinkSync('../outside.txt', at('program', 'outer'));
    symlinkSync('nowhere', at('program', 'broken'));
    copyFolder(at('program'), at('deep', 'er', 'copy'), []);
    const copy = (name: string): string => at('deep', 'er', 'copy', name);
    writeFileSync(copy('src/a.txt'), 'changed');
    assert.equal(readFileSync(copy('inner'), 'utf8'), 'changed');
    assert.equal(readFileSync(at('program', 'inner'), 'utf8'), 'a');
    assert.equal(readFileSync(copy('outer'), 'utf8'), 'outside');
    assert.ok(lstatSync(copy('outer')).isFile());
    assert.ok(lstatSync(copy('broken')).isSymbolicLink());
  });

  it('lead to themselves where a link says the whole path', () => {
    symlinkSync(at('program', 'src', 'a.txt'), at('program', 'whole'));
    symlinkSync(at('program', 'src'), at('program', 'src', 'around'));
    copyFolder(at('program'), at('copy'), []);
    writeFileSync(at('copy', 'whole'), 'changed');
    assert.equal(readFileSync(at('program', 'src', 'a.txt'), 'utf8'), 'a');
    assert.equal(readFileSync(at('copy', 'src', 'around', 'a.txt'), 'utf8'), 'changed');
  });

  it('leave out where they lie, also when the folder is known by another name', () => {
    symlinkSync('program', at('alias'));
    const run = at('program', 'runs', 'first');
    copyFolder(at('alias'), join(run, 'work'), [run]);
    assert.equal(readFileSync(join(run, 'work', 'src', 'a.txt'), 'utf8'), 'a');
    assert.ok(!existsSync(join(run, 'work', 'runs', 'first')));
  });

  it('may be made inside of what is copied', () => {
    const run = at('program', 'runs', 'first');
    copyFolder(at('program'), join(run, 'work'), [run]);
    assert.equal(readFileSync(join(run, 'work', 'src', 'a.txt'), 'utf8'), 'a');
    assert.ok(!existsSync(join(run, 'work', 'runs', 'first')));
  });
});
