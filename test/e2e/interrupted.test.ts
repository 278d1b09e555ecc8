/** However the harness dies, no process outlives it, not even a paused one, and the history up to then is of use. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, startCommand } from '../command.ts';
import { temporaryFolder } from './folder.ts';
import { eventually } from '../eventually.ts';
import { processesWith } from './processes.ts';

describe('a harness that is killed', () => {
  const folder = temporaryFolder();

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    it(`by ${signal} leaves no process, and a history that can be checked`, async function () {
      if (!existsSync('/proc/self/stat')) {
        process.stderr.write('needs /proc to look at processes\n');
        this.skip();
      }
      const faults = ['--faults', 'pause', '--fault-interval', '1', '--nodes', '3', '--seed', '5'];
      const args = ['jepsen', '--model', 'raft', '--time-limit', '120', ...faults, '--out', folder()];
      const { child, ended } = startCommand(args);
      // Everything that a harness starts carries its mark, which begins with its process id.
      const mark = `${child.pid}-`;
      const cluster = (): ReturnType<typeof processesWith> =>
        processesWith(mark).filter((found) => found.pid !== child.pid);
      await eventually('a paused node', () => cluster().some(({ state }) => state === 'T'));
      const history = join(folder(), 'latest', 'history.jsonl');
      await eventually('some history', () => readFileSync(history, 'utf8').split('\n').length > 50);
      assert.ok(cluster().length >= 4, 'three nodes and their supervisor');
      child.kill(signal);
      const { code, stderr } = await ended;
      assert.equal(code, signal === 'SIGKILL' ? null : 130, stderr);
      const left = (): string =>
        cluster()
          .map(({ commandLine }) => commandLine)
          .join('; ');
      await eventually(
        () => `the end of ${left()}`,
        () => cluster().length === 0,
      );

      const run = join(folder(), readlinkSync(join(folder(), 'latest')));
      assert.ok(readFileSync(join(run, 'history.jsonl'), 'utf8').split('\n').length > 20);
      const checked = await runCommand(['check', run]);
      assert.equal(checked.code, 0, checked.stderr + checked.stdout);
      assert.equal(existsSync(join(run, 'report.html')), signal !== 'SIGKILL');
    });
  }
});
