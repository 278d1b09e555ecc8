/**
 * The decisions of the protocol, each a small named function with its section of the thesis. The core asks these
 * rules and takes no such decision anywhere else, so that a planted bug (bugs.ts) is one rule replaced.
 */
import type { ErrorName } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Log } from '../log/log.ts';
import type { SavedSessions } from '../machines/sessions.ts';
import type { Entry, Index, JournalRecord, Term } from './messages.ts';
import { clockDriftRatio } from './options.ts';
import { majority } from './quorum.ts';

/** Where a log ends. */
export interface LogEnd {
  readonly lastIndex: Index;
  readonly lastTerm: Term;
}

/** What a leader looks at before it changes members. */
export interface ChangeState {
  readonly term: Term;
  /** The term of the last committed entry. */
  readonly committedTerm: Term | null;
  /** Whether the members in force are not committed yet, or a new server is catching up. */
  readonly isChanging: boolean;
}

export interface Rules {
  /** §3.4: how many of the members decide. */
  quorumOf(members: number): number;

  /** §3.8: what is durable before a vote, or anything said in a new term, leaves. Null journals nothing. */
  hardStateRecord(term: Term, votedFor: NodeId | null): JournalRecord | null;
  /** §3.8: entries are durable before they are acknowledged. */
  entriesRecord(entries: readonly Entry[]): JournalRecord | null;
  /** A follower that serves reads does not go back in a restart (only `reads=follower` needs it). */
  journalsCommit: boolean;

  /** §3.4: one vote a term, first come, first served. */
  mayVoteFor(candidate: NodeId, votedFor: NodeId | null): boolean;
  /** §3.6.1: the candidate's log holds all that is committed, as its end is at least as late as the voter's. */
  isUpToDate(candidate: LogEnd, voter: LogEnd): boolean;
  /** §3.4: only votes of this very term elect. */
  countsVote(voteTerm: Term, term: Term): boolean;
  /** §4.2.3, §6.4.1: who has heard a leader within the shortest election timeout, or restarted, gives no vote. */
  restartWithholdsVotes: boolean;
  /** §6.4: an entry of its own term tells a new leader what is committed. */
  appendsNoOp: boolean;

  /** §3.3: messages of an earlier term come from a deposed leader. */
  acceptsAppend(messageTerm: Term, term: Term): boolean;
  /** §3.5, the consistency check: the entry before the new ones is the same on both sides. */
  matchesPrevious(log: Log<Entry>, previousIndex: Index, previousTerm: Term): boolean;
  /** §3.5: the first of the entries that is not in the log yet, or lies in conflict with it; everything from there on
   * goes. Null if all are there: then nothing may go, since the message may be old. */
  firstNewEntry(log: Log<Entry>, entries: readonly Entry[]): Entry | null;
  /** Figure 3.1: a follower knows its log to agree with the leader's only up to the last entry of this message. */
  followerCommit(leaderCommit: Index, lastNewIndex: Index, lastIndex: Index): Index;
  /** §3.5: what an acknowledgement proves to the leader. */
  matchOfAcknowledgement(matchIndex: Index, leaderLastIndex: Index): Index;
  /** §3.6.2: only entries of the leader's own term are committed by counting; earlier ones follow with them. */
  commitsByCount(entryTerm: Term | null, term: Term): boolean;

  /** §3.5: a client is answered once its entry is applied. */
  answersBeforeCommit: boolean;
  /** All that an operation does happens at one moment, or nothing does (machine=sql). */
  appliesWhole: boolean;
  /** §6.3: a request that was applied before is answered, not applied. */
  deduplicates: boolean;
  /** What the client of an appended entry hears when the leader steps down: another leader may still commit it. */
  outcomeAfterStepDown: ErrorName;

  /** §6.4: whether a leader makes sure that it still is one before it answers a read. */
  confirmsReads: boolean;
  /** §6.4: a read is confirmed by a round of heartbeats that begins after the read has arrived. */
  roundOfRead(latestRound: number, confirmedRound: number): number;
  /** §6.4: before an entry of its own term is committed, a leader does not know what is. */
  mayServeReads(committedTerm: Term | null, term: Term): boolean;
  /** §6.4: a follower that is asked for a read needs an index of its leader (`proxyReads=follower`). */
  followersAskForIndex: boolean;
  /** `proxyReads=quorum`: what is committed, and not yet known to be, is in the log of one of a majority. */
  endForReads(lastIndex: Index, commitIndex: Index): Index;
  /** §6.4.1: the lease counts from the sending of the round; a follower heard of the leader after that. */
  leaseStartMs(sentAtMs: number, acknowledgedAtMs: number): number;
  /** §6.4.1: shorter than any follower's election timeout, by a clock that may run slower than theirs. */
  leaseDurationMs(electionTimeoutMs: number): number;
  /** §6.4.1: a transfer lets followers vote at once, so no lease holds in this term any more. */
  transferEndsLease: boolean;

  /** §6.3: sessions are part of the state. */
  snapshotSessions(sessions: SavedSessions): SavedSessions;
  /** §5.1: a snapshot of what is already known to be committed changes nothing. */
  installsSnapshot(snapshotIndex: Index, commitIndex: Index): boolean;

  /** §4.1: one change at a time, and (Ongaro 2015) none before an entry of the leader's own term is committed. */
  mayChangeMembers(state: ChangeState): boolean;
}

export const correctRules: Rules = {
  quorumOf: majority,

  hardStateRecord: (term, votedFor) => ({ type: 'hard-state', term, votedFor }),
  entriesRecord: (entries) => ({ type: 'entries', entries }),
  journalsCommit: true,

  mayVoteFor: (candidate, votedFor) => votedFor === null || votedFor === candidate,
  isUpToDate: (candidate, voter) =>
    candidate.lastTerm > voter.lastTerm ||
    (candidate.lastTerm === voter.lastTerm && candidate.lastIndex >= voter.lastIndex),
  countsVote: (voteTerm, term) => voteTerm === term,
  restartWithholdsVotes: true,
  appendsNoOp: true,

  acceptsAppend: (messageTerm, term) => messageTerm >= term,
  // What lies below the base is committed, and so the same everywhere.
  matchesPrevious: (log, previousIndex, previousTerm) =>
    previousIndex < log.baseIndex || log.termAt(previousIndex) === previousTerm,
  firstNewEntry: (log, entries) =>
    entries.find(({ index, term }) => index > log.baseIndex && log.termAt(index) !== term) ?? null,
  followerCommit: (leaderCommit, lastNewIndex) => Math.min(leaderCommit, lastNewIndex),
  matchOfAcknowledgement: (matchIndex) => matchIndex,
  commitsByCount: (entryTerm, term) => entryTerm === term,

  answersBeforeCommit: false,
  appliesWhole: true,
  deduplicates: true,
  outcomeAfterStepDown: 'timeout',

  confirmsReads: true,
  roundOfRead: (latestRound) => latestRound + 1,
  mayServeReads: (committedTerm, term) => committedTerm === term,
  followersAskForIndex: true,
  endForReads: (lastIndex) => lastIndex,
  leaseStartMs: (sentAtMs) => sentAtMs,
  leaseDurationMs: (electionTimeoutMs) => (1 - clockDriftRatio) * electionTimeoutMs,
  transferEndsLease: true,

  snapshotSessions: (sessions) => sessions,
  installsSnapshot: (snapshotIndex, commitIndex) => snapshotIndex > commitIndex,

  mayChangeMembers: ({ term, committedTerm, isChanging }) => committedTerm === term && !isChanging,
};
