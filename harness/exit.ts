/** Exit codes, and the kinds of errors that a command may end with. */

export const exitCodes = {
  valid: 0,
  invalid: 1,
  unknown: 2,
  threshold: 99,
  interrupted: 130,
  usage: 254,
  harness: 255,
} as const;

/** The person asked for something that cannot be: what was wrong, what was expected, what to do. Exit 254. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The harness could not do its work (a port is taken, a node never got ready …): what, why, what to do. Exit 255. */
export class HarnessError extends Error {
  override name = 'HarnessError';
}

/** Somebody ended the work before it had anything to tell. Exit 130. */
export class Interrupted extends HarnessError {
  override name = 'Interrupted';
}
