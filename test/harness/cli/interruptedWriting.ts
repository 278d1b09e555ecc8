/** A program that Ctrl-C ends while it writes; what it says after that has to arrive. */
import { finished } from '../../../harness/cli/interruptible.ts';
import { unbuffered } from '../../../harness/cli/unbuffered.ts';

const isFinished = finished(() => {
  for (let line = 0; ; line++) {
    unbuffered.stderr.write(`line ${line}\n`);
    if (line === 5) process.kill(process.pid, 'SIGINT');
  }
});
unbuffered.stderr.write(isFinished ? 'finished\n' : 'ended\n');
