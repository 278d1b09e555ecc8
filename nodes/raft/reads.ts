/**
 * Reads that bypass the log (§6.4). What makes a read current depends on the option `reads`:
 *
 *     read-index  the leader notes its commit index and confirms by a round of heartbeats that it still leads
 *     lease       the same, but within a lease that a recent round gave it, no new round is needed (§6.4.1)
 *     leader      whoever believes to lead answers from its state; a deposed leader may be behind
 *     follower    every node answers from what it has applied
 *
 * A leader takes no read index before an entry of its own term is committed. One round confirms all reads that came
 * before it began.
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Query } from '../machines/index.ts';
import { unavailable } from '../machines/machine.ts';
import { takeRead } from './followerReads.ts';
import type { Index, Message } from './messages.ts';
import {
  committedTerm,
  journalCommit,
  quorumValue,
  redirect,
  type Leadership,
  type Raft,
  type Reader,
  type WaitingRead,
} from './raft.ts';
import { beginRound } from './replication.ts';

type NodeReader = Extract<Reader, { kind: 'node' }>;
type Ticketed = Extract<Message, { type: 'ask-read-index' }>;

/** Rounds of reads on their way at the same time. More answer sooner, and cost more messages. */
const readRoundsMax = 2;

export function onQuery(raft: Raft, id: RequestId, query: Query): void {
  if (takeRead(raft, id, query)) return;
  if (raft.options.reads === 'follower') {
    // A restart must not take back what a read has shown: the commit index is durable before the answer leaves.
    journalCommit(raft);
    raft.out.reply(id, raft.machine.query(query));
    return;
  }
  if (raft.leadership === null) redirect(raft, id);
  else addRead(raft, raft.leadership, { kind: 'client', id, query });
}

/** A node that does not lead asks up to where its own read has to see. */
export function onAskReadIndex(raft: Raft, node: NodeId, { incarnation, ticket }: Ticketed): void {
  const reader = { kind: 'node', node, incarnation, ticket } as const;
  if (raft.leadership === null) sendReadIndex(raft, reader, null);
  else addRead(raft, raft.leadership, reader);
}

function addRead(raft: Raft, leadership: Leadership, reader: Reader): void {
  const { rules, now } = raft;
  // Without confirmation, round 0 counts as confirmed.
  const round = needsRound(raft, leadership)
    ? rules.roundOfRead(leadership.round, leadership.confirmedRound)
    : 0;
  leadership.reads.push({ reader, sinceMs: now.monotonicMs, round, readIndex: null });
  answerReads(raft, leadership);
}

function needsRound(raft: Raft, leadership: Leadership): boolean {
  if (!raft.rules.confirmsReads || raft.options.reads === 'leader') return false;
  if (raft.options.reads !== 'lease' || raft.now.monotonicMs >= leadership.leaseUntilMs) return true;
  // A lease covers what is answered at once: a read that has to wait may outlive it.
  return !raft.rules.mayServeReads(committedTerm(raft), raft.term);
}

/**
 * Looks how far heartbeat rounds are confirmed, prolongs the lease, and begins the round that reads wait for.
 * A round counts from its beginning: later than that the followers have heard of this leader.
 */
export function advanceRounds(raft: Raft, leadership: Leadership): void {
  confirmRounds(raft, leadership);
  // Later reads wait for later rounds, so the last one tells whether any round is awaited.
  const isAwaited = (leadership.reads.at(-1)?.round ?? 0) > leadership.round;
  if (!isAwaited || leadership.round - leadership.confirmedRound >= readRoundsMax) return;
  beginRound(raft, leadership);
  // Nobody answers a leader that is a majority by itself.
  confirmRounds(raft, leadership);
}

function confirmRounds(raft: Raft, leadership: Leadership): void {
  const { followers, openRounds } = leadership;
  const confirmed = quorumValue(raft, (member) => followers.get(member)?.ackedRound ?? leadership.round);
  if (confirmed <= leadership.confirmedRound) return;
  leadership.confirmedRound = confirmed;
  const sentAtMs = openRounds.findLast(({ round }) => round <= confirmed)?.sentAtMs;
  assert(sentAtMs !== undefined, 'a round is open until it is confirmed');
  leadership.openRounds = openRounds.filter(({ round }) => round > confirmed);
  prolongLease(raft, leadership, sentAtMs);
}

function prolongLease(raft: Raft, leadership: Leadership, sentAtMs: number): void {
  if (leadership.leaseEnded) return;
  const { rules, now, options } = raft;
  const startMs = rules.leaseStartMs(sentAtMs, now.monotonicMs);
  leadership.leaseUntilMs = startMs + rules.leaseDurationMs(options.electionTimeoutMs);
}

/** Gives up the lease for the rest of the term. */
export function endLease(raft: Raft, leadership: Leadership): void {
  if (!raft.rules.transferEndsLease) return;
  leadership.leaseEnded = true;
  leadership.leaseUntilMs = 0;
}

/** Answers the reads that are confirmed and applied. */
export function answerReads(raft: Raft, leadership: Leadership): void {
  if (leadership.reads.length === 0) return;
  if (!raft.rules.mayServeReads(committedTerm(raft), raft.term)) return;
  const waiting: WaitingRead[] = [];
  for (const read of leadership.reads) {
    read.readIndex ??= raft.commitIndex;
    if (read.round <= leadership.confirmedRound && read.readIndex <= raft.appliedIndex) {
      answerReader(raft, read.reader, read.readIndex);
      if (read.round > 0) raft.out.probe('read-index-confirmed');
    } else {
      waiting.push(read);
    }
  }
  leadership.reads = waiting;
}

function answerReader(raft: Raft, reader: Reader, readIndex: Index): void {
  if (reader.kind === 'client') raft.out.reply(reader.id, raft.machine.query(reader.query));
  else sendReadIndex(raft, reader, readIndex);
}

function sendReadIndex(raft: Raft, { node, incarnation, ticket }: NodeReader, index: Index | null): void {
  raft.out.send(node, { type: 'read-index', term: raft.term, incarnation, ticket, index });
}

/** The leader steps down: whoever reads has to ask the next one. */
export function leaveReaders(raft: Raft, { reads }: Leadership): void {
  for (const { reader } of reads) {
    if (reader.kind === 'client') redirect(raft, reader.id);
    else sendReadIndex(raft, reader, null);
  }
}

/** A leader that cannot reach a majority says so, instead of letting its readers wait. */
export function refuseOldReads(raft: Raft, leadership: Leadership): void {
  const oldestMs = raft.now.monotonicMs - 2 * raft.options.electionTimeoutMs;
  const isOld = (read: WaitingRead): boolean => read.sinceMs <= oldestMs;
  if (!leadership.reads.some(isOld)) return;
  for (const { reader } of leadership.reads.filter(isOld)) {
    if (reader.kind === 'node') sendReadIndex(raft, reader, null);
    else raft.out.reply(reader.id, unavailable('no majority confirms that this node still leads'));
  }
  leadership.reads = leadership.reads.filter((read) => !isOld(read));
}
