/**
 * The state of one node, as in Figure 3.1 of the thesis: what is durable, what is volatile, and what only a leader
 * has. The other files are the concepts that work on it; core.ts drives them.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Now } from '../kernel/protocol.ts';
import type { Log } from '../log/log.ts';
import type { Ticket, WaitingReads } from '../log/waitingReads.ts';
import type { Machine, Query } from '../machines/index.ts';
import { unavailable } from '../machines/machine.ts';
import type { Sessions } from '../machines/sessions.ts';
import type { LogEnd } from './followerReads.ts';
import type { Membership, MembershipChange } from './membership.ts';
import type { Entry, Index, RaftProtocol, Role, Snapshot, Term } from './messages.ts';
import type { RaftOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { reachedByQuorum } from './quorum.ts';
import type { Rules } from './rules.ts';
import type { IncomingSnapshot } from './snapshot.ts';

/** For whom a read is confirmed: a client of the leader, or a node that answers one of its own (followerReads.ts). */
export type Reader =
  | { readonly kind: 'client'; readonly id: RequestId; readonly query: Query }
  | ({ readonly kind: 'node'; readonly node: NodeId } & Ticket);

/** A read that waits to be confirmed and applied. */
export interface WaitingRead {
  readonly reader: Reader;
  readonly sinceMs: number;
  /** The heartbeat round that confirms it (§6.4). */
  readonly round: number;
  /** The commit index that must be applied; null until the leader knows what is committed. */
  readIndex: Index | null;
}

/** What a leader has, from its election to the end of its leadership. */
export interface Leadership {
  readonly followers: Map<NodeId, Progress>;
  /** The latest heartbeat round; every message carries it, and every answer echoes it. */
  round: number;
  /** When the rounds that are not confirmed yet began, oldest first. */
  openRounds: { readonly round: number; readonly sentAtMs: number }[];
  /** The latest round that a majority has acknowledged. */
  confirmedRound: number;
  /** Until when reads need no confirmation (§6.4.1). */
  leaseUntilMs: number;
  /** Set by a transfer: followers may vote at any moment from now on, however late TimeoutNow reaches its target. */
  leaseEnded: boolean;
  /** Clients of appended entries. */
  readonly pending: Map<Index, RequestId>;
  reads: WaitingRead[];
  change: MembershipChange | null;
  /** A transfer in progress: no new entries are taken (§3.10). */
  transfer: { readonly to: NodeId; readonly timeoutNowSent: boolean } | null;
}

export interface Raft {
  readonly self: NodeId;
  readonly options: RaftOptions;
  readonly rules: Rules;
  readonly prng: Prng;
  readonly out: Outbox<RaftProtocol>;
  /** The time of the step. */
  now: Now;

  // Durable (§3.8): every change goes through a function below, or snapshot.ts, which journals it.
  term: Term;
  votedFor: NodeId | null;
  readonly log: Log<Entry>;
  membership: Membership;
  /** The latest snapshot; null before the first. */
  snapshot: Snapshot | null;
  /** What the journal says about the commit index; may lag behind it. */
  journaledCommitIndex: Index;

  // Volatile.
  role: Role;
  leader: NodeId | null;
  commitIndex: Index;
  appliedIndex: Index;
  machine: Machine;
  sessions: Sessions;
  /** Who has granted a vote (or a pre-vote) in this campaign. */
  votes: Set<NodeId>;
  /** When a leader was last heard of; no vote is given for a while after that (§4.2.3). */
  leaderContactMs: number;
  incoming: IncomingSnapshot | null;
  /** With the ends of logs that were told; null of whom was asked. */
  readonly followerReads: WaitingReads<LogEnd | null>;
  /** A client that waits to hear who leads after a transfer. */
  transferClient: { readonly id: RequestId; readonly to: NodeId; readonly term: Term } | null;
  /** Present exactly while the role is `leader`. */
  leadership: Leadership | null;
}

/** Enters a term or casts a vote, and journals it before anything leaves. */
export function setHardState(raft: Raft, term: Term, votedFor: NodeId | null): void {
  if (raft.term === term && raft.votedFor === votedFor) return;
  raft.term = term;
  raft.votedFor = votedFor;
  const record = raft.rules.hardStateRecord(term, votedFor);
  if (record !== null) raft.out.persist(record);
}

/** Adds entries to the log and the journal; configurations among them are in force at once (§4.1). */
export function appendEntries(raft: Raft, entries: readonly Entry[]): void {
  raft.log.append(entries);
  raft.membership.append(entries);
  const record = raft.rules.entriesRecord(entries);
  if (record !== null) raft.out.persist(record);
  // The commit index rides along: what is journaled anyway costs no fsync of its own.
  journalCommit(raft);
}

/** Makes sure that a restart does not fall behind what is applied now. */
export function journalCommit(raft: Raft): void {
  if (!raft.rules.journalsCommit || raft.journaledCommitIndex >= raft.commitIndex) return;
  raft.journaledCommitIndex = raft.commitIndex;
  raft.out.persist({ type: 'commit', index: raft.commitIndex });
}

/** The highest value that a majority of the members in force has reached. */
export function quorumValue(raft: Raft, valueOf: (member: NodeId) => number): number {
  const { members } = raft.membership;
  return reachedByQuorum(members, raft.rules.quorumOf(members.length), valueOf);
}

/** Whether an entry of the leader's own term is committed; until then it does not know what is (§6.4). */
export function committedTerm(raft: Raft): Term | null {
  return raft.log.termAt(raft.commitIndex);
}

/** Refuses a request that was not started: definite. Says whom to ask, if that is known. */
export function redirect(raft: Raft, id: RequestId): void {
  const { leader, self } = raft;
  if (leader !== null && leader !== self) raft.out.reply(id, { type: 'not-leader', leader });
  else raft.out.reply(id, unavailable('no leader is known'));
}
