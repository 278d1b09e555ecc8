/**
 * A special case of linearizability that is decided in polynomial time: histories in which, say, no value is written
 * twice. Each case says itself whether the data allow it; whoever dispatches asks one after the other and searches when
 * none does.
 */
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';
import type { Json } from '../../../nodes/kernel/wire.ts';

/** What is decided at once: the operations on one key, or all of them when keys are not independent. */
export interface Part {
  readonly history: History;
  readonly spec: SequentialSpec;
  /** Rows of `history.operations`, by start; without operations that failed, and observers without an answer. */
  readonly rows: Int32Array;
  /** The state before the first operation, in the form that the spec's `init` takes; undefined for its default. */
  readonly initial: Json | undefined;
}

export type Decision =
  | { readonly valid: true }
  | {
      readonly valid: false;
      /** Rows of `history.operations`, two or a few: their intervals and values alone admit no order. */
      readonly rows: readonly number[];
      /** Says why, naming those operations. */
      readonly sentence: string;
    };

export interface SpecialCase {
  readonly name: string;
  /** The verdict, or undefined when the data do not allow this procedure. */
  decide(part: Part): Decision | undefined;
}
