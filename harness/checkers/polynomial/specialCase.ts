/**
 * A special case of linearizability: data for which the question, hard in general, has a direct answer. The dispatch of
 * the linearizability checker asks each of them before it searches.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { History } from '../../columns/history.ts';
import type { SequentialSpec } from '../../specs/spec.ts';

/** The operations of one key, or all where keys are not independent. */
export interface Part {
  readonly history: History;
  readonly spec: SequentialSpec;
  /** Rows of `history.operations`, by start; failed ones and observers without an answer are left out. */
  readonly rows: Int32Array;
  /** The state before the first operation, in the form that the spec's `init` takes. */
  readonly initial: Json | undefined;
}

/** What was decided. A refusal carries operations that prove it on their own, whatever became of the others. */
export type Decision =
  | { readonly valid: true }
  | {
      readonly valid: false;
      /** Rows of `history.operations`, by start: as few as could be found. */
      readonly rows: readonly number[];
      /** Why they contradict each other. */
      readonly sentence: string;
    };

export interface SpecialCase {
  readonly name: string;
  /** Decides, or says undefined when the data do not allow it. Never slower than O(n log n) in the part's data. */
  decide(part: Part): Decision | undefined;
}

/** Whether a list, set or queue has nothing in it before the first operation. */
export function beginsEmpty({ initial }: Part): boolean {
  return initial === undefined || initial === null || (Array.isArray(initial) && initial.length === 0);
}
