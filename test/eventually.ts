/** Waiting for what must come to be: a test never sleeps and hopes. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far above what anything takes on a busy machine; below the timeout of a test, so that the failure says what is missing. */
const deadlineMs = 90_000;
const pollMs = { min: 1, max: 50 };

/** Waits until `condition` holds; fails with `what` after the deadline. */
export async function eventually(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (let waitMs = pollMs.min; !(await condition()); waitMs = Math.min(1.5 * waitMs, pollMs.max)) {
    if (performance.now() > endMs)
      assert.fail(`not within ${deadlineMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(waitMs);
  }
}
