/**
 * Work that Ctrl-C may end at any moment although it never waits: a check is one long computation, and a handler of
 * the signal would only be called after it. Node ends such work from a thread of its own where it runs as a script.
 */
import { runInNewContext } from 'node:vm';

/**
 * Does the work; false if Ctrl-C ended it in the middle, wherever that was: what it was about to change is in no state
 * to be used, no `finally` of it was run, and a stream that it was writing to writes nothing more (see unbuffered.ts).
 */
export function finished(work: () => void): boolean {
  try {
    runInNewContext('work()', { work }, { breakOnSigint: true, displayErrors: false });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return false;
    throw error;
  }
}
