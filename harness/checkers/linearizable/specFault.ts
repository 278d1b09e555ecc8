/** What a spec throws when it steps through a history: the spec's fault or the history's, but not the checker's. */
import type { Input, SequentialSpec } from '../../specs/spec.ts';

/** A spec could not say what an operation does. Nothing is concluded about the operations that it was asked about. */
export class SpecFault extends Error {
  override name = 'SpecFault';

  /** What the spec threw, asked about an operation or its first state. */
  constructor(spec: SequentialSpec, about: Input | undefined, thrown: unknown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const where = about ? `at '${about.f}'` : 'before the first operation';
    super(`the spec ${spec.name} failed ${where}: ${message}`, { cause: thrown });
  }
}
