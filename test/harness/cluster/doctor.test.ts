import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { commandLine } from '../../command.ts';

const run = promisify(execFile);
const doctor = [commandLine, 'jepsen', 'doctor', '--json'];

describe('npm run jepsen -- doctor', () => {
  it('says of each thing what it found and what follows, as one JSON value', async () => {
    const { stdout } = await run(process.execPath, doctor);
    const findings = JSON.parse(stdout) as { name: string; value: unknown; state: string; so: string }[];
    const names = findings.map(({ name }) => name);
    for (const name of ['node', 'cores', 'load average', 'free port', 'chromium', 'libfaketime'])
      assert.ok(names.includes(name), name);
    assert.ok(names.some((name) => name.startsWith('fdatasync')));
    assert.ok(findings.every(({ state, so }) => ['good', 'note', 'bad'].includes(state) && so.length > 0));
    assert.equal(findings.find(({ name }) => name === 'node')?.value, process.version);
  });
});
