/**
 * The decisions of the protocol, each a small named function. The core asks these rules and takes no such decision
 * anywhere else, so that a planted bug (bugs.ts) is one rule replaced.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { JournalRecord, Version } from './messages.ts';
import { compareVersions } from './timestamps.ts';

/** What a coordinator knows of the replicas when it looks whether a quorum is reached. */
export interface Reached {
  /** Who has answered, as often as they did. */
  readonly answered: readonly NodeId[];
  readonly replicas: number;
  /** How many replicas have not answered, after all patience. */
  readonly silent: number;
  /** Hints are kept for those. */
  readonly areHinted: boolean;
}

export interface Rules {
  /** What is durable before a write is acknowledged, or anything else is said of it. Null journals nothing. */
  versionRecord(record: JournalRecord): JournalRecord | null;
  /** Dynamo §4.6: hints survive a crash of the node that keeps them. */
  journalsHints: boolean;
  /** Last writer wins: whether what is offered takes the place of what is held. */
  replaces(offered: Version, held: Version | null, isHandoff: boolean): boolean;
  /** Lynch & Shvartsman: a writer first asks a quorum for the highest timestamp. */
  asksHighest: boolean;
  /** ABD, second phase of a read: it answers once enough replicas hold what it returns. */
  awaitsRepair: boolean;
  /** How many answers count. */
  count(reached: Reached): number;
  /** How many must. */
  needed(quorum: number, reached: Reached): number;
  /** What a client hears of a write that was issued and did not find its quorum in time: it may still take effect. */
  outcomeOfIssued: Extract<ErrorName, 'timeout' | 'temporarily-unavailable'>;
  /** Dynamo §4.7: which of the places that were compared differ. */
  differing(places: readonly number[]): readonly number[];
}

export const correctRules: Rules = {
  versionRecord: (record) => record,
  journalsHints: true,
  replaces: (offered, held) => compareVersions(offered, held) > 0,
  asksHighest: true,
  awaitsRepair: true,
  // A set: a message may come twice, and be sent again.
  count: ({ answered }) => new Set(answered).size,
  needed: (quorum) => quorum,
  outcomeOfIssued: 'timeout',
  differing: (places) => places,
};
