/**
 * The Raft node: an event goes in, effects come out. A handler takes note of what it was told; the step ends by drawing
 * the consequences in one fixed order: commit, apply, answer, replicate, compact. So each follower gets at most what
 * one step has gathered for it, and nothing is decided in two places.
 */
import { assert, assertNever } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import * as waiting from '../log/waitingReads.ts';
import { advanceChange, isRemoved } from './changes.ts';
import { onElectionTimeout, onRequestVote, onTimeoutNow, onVote } from './election.ts';
import type { Message, RaftProtocol, Status, Timer } from './messages.ts';
import { quorumValue, type Leadership, type Raft } from './raft.ts';
import { onAskLogEnd, onLogEnd } from './followerReads.ts';
import { advanceRounds, answerReads, onAskReadIndex, refuseOldReads } from './reads.ts';
import { recover } from './recovery.ts';
import { beginRound, onAppended, receiveEntries, replicate } from './replication.ts';
import { applyCommitted, onRequest } from './requests.ts';
import { becomeFollower, resetElectionTimer } from './roles.ts';
import { maybeCompact, onInstallSnapshot, onSnapshotReceived } from './snapshot.ts';
import { advanceTransfer, onTransferTimeout, resolveTransfer } from './transfer.ts';

type FromLeader = Extract<Message, { type: 'append-entries' | 'install-snapshot' }>;
type FromFollower = Extract<Message, { type: 'appended' | 'snapshot-received' }>;

export class RaftCore implements ProtocolCore<RaftProtocol> {
  private readonly raft: Raft;
  private readonly isRestart: boolean;

  constructor(init: CoreInit<RaftProtocol>) {
    this.raft = recover(init);
    this.isRestart = init.recovered.length > 0;
  }

  step(event: NodeEvent<RaftProtocol>, now: Now): Effects<RaftProtocol> {
    const { raft } = this;
    raft.now = now;
    this.dispatch(event);
    this.settle();
    assert((raft.role === 'leader') === (raft.leadership !== null), 'leaders alone have a leadership');
    return raft.out.drain();
  }

  status(): Status {
    const { raft } = this;
    return {
      role: raft.role,
      term: raft.term,
      votedFor: raft.votedFor,
      leader: raft.leader,
      log: raft.log.view(),
      commitIndex: raft.commitIndex,
      appliedIndex: raft.appliedIndex,
      journaledCommitIndex: raft.journaledCommitIndex,
      snapshotIndex: raft.snapshot?.index ?? 0,
      members: raft.membership.members,
      membersIndex: raft.membership.index,
    };
  }

  private dispatch(event: NodeEvent<RaftProtocol>): void {
    switch (event.kind) {
      case 'start':
        this.onStart();
        return;
      case 'message':
        this.onMessage(event.from, event.message);
        return;
      case 'request':
        onRequest(this.raft, event.id, event.request);
        return;
      case 'timeout':
        this.onTimeout(event.timer);
        return;
      default:
        assertNever(event);
    }
  }

  /** What follows from what the handlers noted. */
  private settle(): void {
    const { raft } = this;
    if (raft.leadership !== null) maybeCommit(raft, raft.leadership);
    applyCommitted(raft);
    waiting.answerFollowerReads(raft);
    if (raft.leadership !== null) {
      advanceRounds(raft, raft.leadership);
      answerReads(raft, raft.leadership);
      advanceChange(raft, raft.leadership);
      advanceTransfer(raft, raft.leadership);
      replicate(raft, raft.leadership);
      if (isRemoved(raft)) becomeFollower(raft, raft.term, null);
    }
    resolveTransfer(raft);
    maybeCompact(raft);
  }

  private onStart(): void {
    const { raft } = this;
    // This node may have acknowledged a leader's heartbeat just before it went down: a lease may rest on it.
    if (this.isRestart && raft.rules.restartWithholdsVotes) raft.leaderContactMs = raft.now.monotonicMs;
    resetElectionTimer(raft);
  }

  private onTimeout(timer: Timer): void {
    switch (timer) {
      case 'election':
        onElectionTimeout(this.raft);
        return;
      case 'heartbeat':
        onHeartbeatTimeout(this.raft);
        return;
      case 'transfer':
        onTransferTimeout(this.raft);
        return;
      case 'reads':
        waiting.refuseOldReads(this.raft, this.raft.options.electionTimeoutMs);
        return;
      default:
        assertNever(timer);
    }
  }

  /** A later term deposes any role (§3.3), except in votes, which have rules of their own. */
  private onMessage(from: NodeId, message: Message): void {
    const { raft } = this;
    assert(from !== raft.self, 'a node does not write to itself');
    const isPreVoteGrant = message.type === 'vote' && message.preVote && message.granted;
    if (message.type !== 'request-vote' && !isPreVoteGrant && message.term > raft.term) {
      becomeFollower(raft, message.term, null);
    }
    switch (message.type) {
      case 'request-vote':
        onRequestVote(raft, from, message);
        return;
      case 'vote':
        onVote(raft, from, message);
        return;
      case 'append-entries':
      case 'install-snapshot':
        this.onLeader(from, message);
        return;
      case 'appended':
      case 'snapshot-received':
        this.onFollower(from, message);
        return;
      case 'timeout-now':
        if (message.term === raft.term) onTimeoutNow(raft);
        return;
      case 'ask-read-index':
        onAskReadIndex(raft, from, message);
        return;
      case 'read-index':
        waiting.onReadIndex(raft, message);
        return;
      case 'ask-log-end':
        onAskLogEnd(raft, from, message);
        return;
      case 'log-end':
        onLogEnd(raft, from, message);
        return;
      default:
        assertNever(message);
    }
  }

  /** A leader speaks: whoever waits or runs for election in its term follows it (§3.4). */
  private onLeader(from: NodeId, message: FromLeader): void {
    const { raft } = this;
    if (!raft.rules.acceptsAppend(message.term, raft.term)) {
      refuseDeposed(raft, from);
      return;
    }
    if (raft.role !== 'follower') becomeFollower(raft, raft.term, from);
    raft.leader = from;
    raft.leaderContactMs = raft.now.monotonicMs;
    resetElectionTimer(raft);
    if (message.type === 'append-entries') receiveEntries(raft, from, message);
    else onInstallSnapshot(raft, from, message);
  }

  /** A follower answers; whatever it says, it has recognised this leader in this term. */
  private onFollower(from: NodeId, message: FromFollower): void {
    const { raft } = this;
    const progress = raft.leadership?.followers.get(from);
    if (progress === undefined || message.term !== raft.term) return;
    progress.lastAckMs = raft.now.monotonicMs;
    progress.ackedRound = Math.max(progress.ackedRound, message.round);
    if (message.type === 'appended') onAppended(raft, progress, message);
    else onSnapshotReceived(progress, message);
  }
}

/** Commits what a majority has, if that is of this term; earlier entries follow with it (§3.6.2). */
function maybeCommit(raft: Raft, { followers }: Leadership): void {
  const { log, rules } = raft;
  // The leader's own entries count at once: nothing leaves before they are durable (host law 2).
  const index = quorumValue(raft, (member) => followers.get(member)?.match ?? log.lastIndex);
  if (index > raft.commitIndex && rules.commitsByCount(log.termAt(index), raft.term))
    raft.commitIndex = index;
}

/** The leader's clock: a round of heartbeats, and a look at who still answers (§6.2). */
function onHeartbeatTimeout(raft: Raft): void {
  const { leadership, options, now } = raft;
  assert(leadership !== null, 'only leaders have heartbeats');
  const contactMs = quorumValue(
    raft,
    (member) => leadership.followers.get(member)?.lastAckMs ?? now.monotonicMs,
  );
  if (options.checkQuorum && now.monotonicMs - contactMs > 2 * options.electionTimeoutMs) {
    becomeFollower(raft, raft.term, null);
    return;
  }
  refuseOldReads(raft, leadership);
  for (const progress of leadership.followers.values()) progress.retryProbe();
  beginRound(raft, leadership);
  raft.out.setTimer('heartbeat', options.heartbeatMs);
}

/**
 * Lets a deposed leader know the later term, and nothing else. Above all not the round that it asked in: the same node
 * may lead again in this very term by now, and would take this for an answer to a round of its new leadership.
 */
function refuseDeposed(raft: Raft, to: NodeId): void {
  raft.out.send(to, {
    type: 'appended',
    term: raft.term,
    round: 0,
    success: false,
    previousIndex: 0,
    conflictIndex: 0,
    conflictTerm: 0,
  });
}
