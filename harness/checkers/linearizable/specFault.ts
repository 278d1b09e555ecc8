/** What a spec throws when it steps through a history: the spec's fault or the history's, but not the checker's. */
import type { Input, SequentialSpec } from '../../specs/spec.ts';

/** A spec could not say what an operation does. Nothing is concluded about the operations that it was asked about. */
export class SpecFault extends Error {
  override name = 'SpecFault';

  /** Calls the spec, about an operation or its first state. Throws SpecFault for whatever it throws. */
  static guard<T>(spec: SequentialSpec, about: Input | undefined, call: () => T): T {
    try {
      return call();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const where = about ? `at '${about.f}'` : 'before the first operation';
      throw new SpecFault(`the spec ${spec.name} failed ${where}: ${message}`, { cause: error });
    }
  }
}
