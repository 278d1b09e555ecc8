import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

describe('output that is written at once', () => {
  it('goes on after Ctrl-C ended a write in the middle', async () => {
    const program = join(import.meta.dirname, 'interruptedWriting.ts');
    const endOf = async (): Promise<string> => {
      const child = spawn(process.execPath, ['--import', 'tsx', program], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      await once(child, 'close');
      return stderr.slice(stderr.lastIndexOf('\n', stderr.length - 2) + 1);
    };
    // A stream would have lost the last line in most of the rounds.
    const rounds = Array.from({ length: 6 }, endOf);
    assert.deepEqual(
      await Promise.all(rounds),
      rounds.map(() => 'ended\n'),
    );
  });
});
