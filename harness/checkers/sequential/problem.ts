/**
 * What a search for a sequential order works on: operations in sessions, and how each changes the state of its key.
 * States are small numbers.
 */
import type { History } from '../../columns/history.ts';

/** The operation cannot happen in this state. */
export const impossible = -1;

export interface Problem {
  readonly history: History;
  readonly length: number;
  /** Rows in `history.operations`. */
  readonly row: Int32Array;
  readonly session: Int32Array;
  readonly sessionCount: number;
  /** The operations of session s, in order, are `sessionStart[s]` up to `sessionStart[s + 1]`. */
  readonly sessionStart: Int32Array;
  readonly key: Int32Array;
  readonly keyCount: number;
  /** 1 for what never changes a state. */
  readonly observes: Uint8Array;
  /** 1 for what may never have happened; nothing follows it in its session. */
  readonly isOptional: Uint8Array;
  /** Which of several operations to try first: the least. */
  readonly rank: Int32Array;
  readonly initialState: number;
  /** The state after an operation, or `impossible`. */
  step(id: number, state: number): number;
  /**
   * Where values are written once: by operation, a number for the value that it sees, or `none`. That of the initial
   * value of key k is `length + 1 + k`, others are the number of their state.
   */
  readonly sees?: Int32Array;
  /** Operations that must come before others, besides the order of sessions: from `before` to `after`. */
  readonly before?: Int32Array;
  readonly after?: Int32Array;
  /** Whether the states no longer fit into memory, and the search must stop. */
  isFull(): boolean;
  /** A state in words. */
  nameOf(state: number): string;
}
