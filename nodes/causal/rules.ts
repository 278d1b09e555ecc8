/**
 * The decisions of the protocol, each a small named function. The core asks these rules and takes no such decision
 * anywhere else, so that a planted bug (bugs.ts) is one rule replaced.
 */
import type { Version, Write } from './messages.ts';
import { covers, entryOf, type Vector } from './vector.ts';

export interface Rules {
  /** Whether a write may be applied now: it is its origin's next one, and nothing that it depends on is missing. */
  isApplicable(write: Write, applied: Vector): boolean;
  /**
   * What a write that is taken now depends on: all that its node, whose name is `self`, has applied, because its client
   * may have read it.
   */
  dependenciesOf(applied: Vector, self: string): Vector;
  /** Whether a client that has seen `session` may be answered. */
  mayAnswer(session: Vector, applied: Vector): boolean;
  /** This node's Lamport clock when it has applied a write with that timestamp. */
  lamportAfter(lamport: number, seen: number): number;
  /** Whether a version that was applied replaces the one that is there. */
  wins(version: Version, present: Version): boolean;
  /** The same for a version that came with a whole state. */
  winsOfState(version: Version, present: Version): boolean;
  /** The vector that is journaled beside the versions it stands for. */
  vectorToJournal(applied: Vector): Vector;
}

/** The total order of all writes. It extends causality, as a write is later than all that its node has applied. */
export function isLater(one: Version, other: Version): boolean {
  if (one.lamport !== other.lamport) return one.lamport > other.lamport;
  return Number(one.origin) > Number(other.origin);
}

export const correctRules: Rules = {
  isApplicable: ({ origin, sequence, dependencies }, applied) =>
    sequence === entryOf(applied, origin) + 1 && covers(applied, dependencies),
  dependenciesOf: (applied) => applied,
  mayAnswer: (session, applied) => covers(applied, session),
  lamportAfter: Math.max,
  wins: isLater,
  winsOfState: isLater,
  vectorToJournal: (applied) => applied,
};
