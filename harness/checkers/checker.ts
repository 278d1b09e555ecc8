/**
 * A checker decides from a history alone. It is pure: no clock, no I/O; the caller's budget says when to give up, and
 * whoever gives up answers `unknown`.
 */
import type { History } from '../columns/history.ts';

export type Validity = true | false | 'unknown';

/** A proof that something is wrong. */
export interface Anomaly {
  /** `non-linearizable`, `lost-update` … */
  readonly kind: string;
  /** Indices of the history's events that prove it, ascending. */
  readonly ops: readonly number[];
  /** Sentences that a person can follow, naming the operations. */
  readonly explanation: string;
  readonly key?: string;
  /** The longest legal prefix: invocation indices in order, and the state after each. */
  readonly prefix?: readonly { readonly op: number; readonly state: string }[];
  /** The events of a sub-history, as small as could be found, that the same checker refuses for the same reason. */
  readonly minimal?: readonly number[];
}

export interface Verdict {
  readonly valid: Validity;
  readonly anomalies: readonly Anomaly[];
  /**
   * Of a violation that no legal order describes: the index of the last event of the prefix for which the check still
   * held. The check fails once the next event is added; -1 when it fails from the first one.
   */
  readonly heldUntil?: number;
  /** Why it is unknown, in a sentence. */
  readonly reason?: string;
  readonly stats: Readonly<Record<string, number>>;
}

/** How much a checker may still do. Real runs count time, the simulator counts search nodes. */
export interface Budget {
  /** Uses up `nodes` search nodes; false when nothing is left, and the checker must stop. */
  spend(nodes: number): boolean;
  /** A budget of this part (0 to 1) of what is left; what it spends is spent of this one too. */
  share?(part: number): Budget;
}

export interface Checker {
  /** The guarantee it decides, or its own name: the key in results.json. */
  readonly name: string;
  readonly meaning: string;
  /** The name of the checker that decides the same question by the same search, if there is one. */
  readonly sameAs?: string;
  check(history: History, budget: Budget): Verdict;
}

/** The worst of several: false over unknown over true; true for none. */
export function worst(validities: readonly Validity[]): Validity {
  if (validities.includes(false)) return false;
  return validities.includes('unknown') ? 'unknown' : true;
}
