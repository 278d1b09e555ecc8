/** Programmer errors: a broken assumption stops the node at once, with the reason. */

export class AssertionFailed extends Error {
  override name = 'AssertionFailed';
}

/** Stops with `why` unless `condition` holds. For broken assumptions of our own code, never for bad input. */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new AssertionFailed(why);
}

/** The `default` branch of a switch over a closed union; does not compile while a variant is missing. */
export function assertNever(value: never): never {
  throw new AssertionFailed(`a variant without a branch: ${JSON.stringify(value)}`);
}
