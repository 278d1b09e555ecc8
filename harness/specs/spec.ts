/**
 * A sequential specification: what a checker steps through. States are immutable JSON-like values; `step` is pure.
 */
import type { Json } from '../../nodes/kernel/wire.ts';

/** An operation as a spec sees it. */
export interface Input {
  readonly f: string;
  readonly value: Json;
}

/** The value that an operation saw, and the one that it left behind. */
export interface Values {
  readonly seen?: Json;
  readonly left?: Json;
}

/** The value of an `ok` completion, or `unknown` when the operation is open (info, or no completion). */
export type Output = { readonly value: Json } | 'unknown';

/**
 * How an operation accesses the one value of its key: `read` answers it, `write` replaces it by the invocation's value,
 * `clear` by null, `cas` does both: [from, to].
 */
export type AccessKind = 'read' | 'write' | 'clear' | 'cas';

/**
 * What one operation does alone. It can take effect in the state that it `needs`, else in all states but the one that
 * it `avoids`, else in all; it leads to the state that it `leaves`, else (`grows`) to one that is built on what was
 * there, else it changes nothing.
 */
export interface Footprint<S> {
  readonly needs?: S;
  readonly avoids?: S;
  readonly leaves?: S;
  readonly grows?: true;
}

export interface SequentialSpec<S = unknown> {
  readonly name: string;
  readonly meaning: string;
  /** The operations and the forms of their values, for `check --help` and for people who record histories. */
  readonly operations: readonly { readonly f: string; readonly invoked: string; readonly answered: string }[];
  /** The state before the first operation; `initial` overrides the default where the spec allows. */
  init(initial?: Json): S;
  /** Whether there is only one state to begin with, so that an initial value makes no sense. */
  readonly startsEmpty?: boolean;
  /** The state after the operation with this output, or `inconsistent` when it cannot have answered that. */
  step(state: S, input: Input, output: Output): S | 'inconsistent';
  /** Equal states have equal names. */
  nameOf(state: S): string;
  /** Whether operations on different keys are independent (P-compositionality). */
  readonly byKey: boolean;
  /**
   * Operations that change nothing, whatever they answer: without an answer they constrain nothing. The state after one
   * may only tell more exactly what was there before it.
   */
  readonly observers: readonly string[];
  /**
   * For objects that hold one value a key: how each operation, by its f, accesses it. Checkers that follow values from
   * writers to readers decide histories in which every operation stands here.
   */
  readonly accesses?: Readonly<Record<string, AccessKind>>;
  /** Whether an empty string or list is the same as null: nothing is there. */
  readonly emptyIsAbsent?: boolean;
  /**
   * For explanations: the one value that an operation saw, and the one that it left behind, neither if it did not.
   * Undefined when what it leaves behind depends on what was there.
   */
  values?(input: Input, output: Output): Values | undefined;
  /**
   * For a faster search: what an operation does, whatever happens around it. A spec that has it, has it for all of its
   * operations.
   */
  footprint?(input: Input, output: Output): Footprint<S>;
  /**
   * For a faster search, where footprints say `grows`: an operation that grows leads from a state only to states whose
   * path begins with the path of that state.
   */
  pathOf?(state: S): string;
  /** `write(5)`, `read() → 3`. */
  describe(input: Input, output: Output): string;
}
