import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyFolder } from '../../../harness/submission/workingCopies.ts';
import { keepPackageScope } from '../../../harness/submission/packageScope.ts';
import { temporaryFolder } from '../../e2e/folder.ts';

describe('how Node takes the files of a working copy', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder(), ...names);
  const common = "console.log(typeof require('node:fs'));";
  const module = "import fs from 'node:fs'; console.log(typeof fs);";

  /** Runs `node.js` of the submission in a copy that lies inside of a project of modules, or of none. */
  function runCopy(source: string, around: 'module' | 'commonjs', own?: object): string {
    mkdirSync(at('handed-in', 'team'), { recursive: true });
    mkdirSync(at('project', 'nodes', 'n1'), { recursive: true });
    writeFileSync(at('project', 'package.json'), JSON.stringify({ type: around }));
    writeFileSync(at('handed-in', 'team', 'node.js'), source);
    if (own) writeFileSync(at('handed-in', 'team', 'package.json'), JSON.stringify(own));
    copyFolder(at('handed-in', 'team'), at('project', 'nodes', 'n1', 'copy'), []);
    keepPackageScope(at('handed-in', 'team'), at('project', 'nodes'));
    const cwd = at('project', 'nodes', 'n1', 'copy');
    return spawnSync(process.execPath, ['node.js'], { cwd, encoding: 'utf8' }).stdout;
  }

  it('is not decided by the project in which the run is kept', () => {
    assert.equal(runCopy(common, 'module'), 'object\n');
  });

  it('is decided by what lies above the submission', () => {
    mkdirSync(at('handed-in'));
    writeFileSync(at('handed-in', 'package.json'), '{"type":"module"}');
    assert.equal(runCopy(module, 'commonjs'), 'object\n');
  });

  it('ends at the nearest package.json, though it says nothing of it', () => {
    mkdirSync(at('handed-in', 'team'), { recursive: true });
    writeFileSync(at('package.json'), '{"type":"module"}');
    writeFileSync(at('handed-in', 'package.json'), '{"name":"course"}');
    assert.equal(runCopy(common, 'module'), 'object\n');
  });

  it('is decided by a package.json of its own', () => {
    assert.equal(runCopy(module, 'commonjs', { type: 'module' }), 'object\n');
    assert.equal(runCopy(common, 'module', { name: 'team' }), 'object\n');
  });
});
