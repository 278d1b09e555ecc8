/**
 * Reads that a node answers without leading, for clients who come through a proxy (`proxyReads`). The node learns an
 * index that holds everything answered before the read came, waits until it has applied that far, and answers from its
 * own state. Where the index comes from:
 *
 *     follower  the leader's read index: it confirms its leadership as for a read of its own (§6.4)
 *     quorum    the ends of the logs of a majority (Charapko et al. 2019, "Linearizable Quorum Reads in Paxos"): what is
 *               committed is in one of them. Nobody has to lead; an end that is not committed yet is waited for
 *
 * A majority is one of the members that the most advanced log among its own knows (later term first, as in elections): a
 * log of a deposed leader may name later members further behind, which never came to be. Members change one at a time, each
 * change committed before the next (§4.1). So where that log lacks a committed change, the majority would meet that of
 * the first one that it lacks, in a node whose log is more advanced.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { Query } from '../machines/index.ts';
import type { Index, Message } from './messages.ts';
import { redirect, unavailable, type Raft } from './raft.ts';

type Stamp = Omit<Extract<Message, { type: 'ask-log-end' }>, 'type'>;
type LogEnd = Pick<Extract<Message, { type: 'log-end' }>, 'lastIndex' | 'lastTerm' | 'members'>;

/** A read that waits for its index, or to be applied up to it. */
interface FollowerRead {
  readonly id: RequestId;
  readonly query: Query;
  readonly sinceMs: number;
  index: Index | null;
  /** The logs heard of, by node; only of quorum reads. */
  readonly ends: Map<NodeId, LogEnd>;
  readonly asked: Set<NodeId>;
}

export interface FollowerReads {
  /** By ticket, which answers carry back: unique over all lives of the node together with its incarnation. */
  readonly waiting: Map<number, FollowerRead>;
  readonly incarnation: number;
  lastTicket: number;
}

/** So many wait at most: who comes later is refused. */
const waitingMax = 10_000;

/** Takes a read, unless it is one that only a leader answers. Says whether it did. */
export function takeRead(raft: Raft, id: RequestId, query: Query): boolean {
  const { options, rules, leadership, leader, followerReads, out } = raft;
  const mode = options.proxy ? options.proxyReads : 'leader';
  if (mode === 'leader') return false;
  // A leader knows, and whoever answers as it is does not ask.
  if (mode === 'follower' && (leadership !== null || options.reads === 'follower')) return false;
  if (mode === 'follower' && !rules.followersAskForIndex) {
    out.reply(id, raft.machine.query(query));
  } else if (mode === 'follower' && leader === null) {
    redirect(raft, id);
  } else if (followerReads.waiting.size >= waitingMax) {
    out.reply(id, unavailable('too many reads wait'));
  } else {
    askForIndex(raft, { id, query, mode });
  }
  return true;
}

function askForIndex(
  raft: Raft,
  {
    id,
    query,
    mode,
  }: { readonly id: RequestId; readonly query: Query; readonly mode: 'follower' | 'quorum' },
): void {
  const { followerReads, leader, now } = raft;
  const ticket = ++followerReads.lastTicket;
  const read = {
    id,
    query,
    sinceMs: now.monotonicMs,
    index: null,
    ends: new Map(),
    asked: new Set<NodeId>(),
  };
  if (followerReads.waiting.size === 0) raft.out.setTimer('reads', patienceMs(raft));
  followerReads.waiting.set(ticket, read);
  if (mode === 'quorum') gatherEnds(raft, ticket, read);
  else if (leader !== null) raft.out.send(leader, { type: 'ask-read-index', ...stampOf(raft, ticket) });
}

function stampOf({ term, followerReads: { incarnation } }: Raft, ticket: number): Stamp {
  return { term, incarnation, ticket };
}

function patienceMs({ options }: Raft): number {
  return 2 * options.electionTimeoutMs;
}

/** A node that does not lead asks how far its log reaches. */
export function onAskLogEnd(raft: Raft, from: NodeId, { incarnation, ticket }: Stamp): void {
  raft.out.send(from, { type: 'log-end', term: raft.term, incarnation, ticket, ...ownEnd(raft) });
}

function ownEnd({ rules, log, commitIndex, membership: { members } }: Raft): LogEnd {
  const { lastIndex, lastTerm } = log;
  return { lastIndex: rules.endForReads(lastIndex, commitIndex), lastTerm, members };
}

/** The leader has confirmed that it led when it was asked; or whoever was asked does not lead. */
export function onReadIndex(raft: Raft, message: Extract<Message, { type: 'read-index' }>): void {
  const read = awaitedBy(raft, message);
  if (read === undefined) return;
  if (message.index !== null) {
    read.index = message.index;
    return;
  }
  raft.followerReads.waiting.delete(message.ticket);
  raft.out.reply(read.id, unavailable('the node that seemed to lead does not'));
}

export function onLogEnd(raft: Raft, from: NodeId, message: Extract<Message, { type: 'log-end' }>): void {
  const read = awaitedBy(raft, message);
  if (read === undefined) return;
  read.ends.set(from, message);
  gatherEnds(raft, message.ticket, read);
}

/** Undefined for answers to an earlier life, or to a read that has ended or has its index. */
function awaitedBy({ followerReads }: Raft, { incarnation, ticket }: Stamp): FollowerRead | undefined {
  if (incarnation !== followerReads.incarnation) return undefined;
  const read = followerReads.waiting.get(ticket);
  return read?.index === null ? read : undefined;
}

/** Takes the highest end once a majority has told its own; else asks the members who were not asked yet. */
function gatherEnds(raft: Raft, ticket: number, read: FollowerRead): void {
  // What is in this log counts at once: nothing leaves before it is durable (host law 2).
  read.ends.set(raft.self, ownEnd(raft));
  const ends = [...read.ends.values()];
  const { members } = ends.reduce((one, other) => (raft.rules.isUpToDate(one, other) ? one : other));
  const told = members.filter((member) => read.ends.has(member)).length;
  if (members.length > 0 && told >= raft.rules.quorumOf(members.length)) {
    read.index = Math.max(...ends.map(({ lastIndex }) => lastIndex));
    return;
  }
  for (const member of members) {
    if (member === raft.self || read.asked.has(member)) continue;
    read.asked.add(member);
    raft.out.send(member, { type: 'ask-log-end', ...stampOf(raft, ticket) });
  }
}

/** Answers the reads that have their index and are applied up to it. */
export function answerFollowerReads(raft: Raft): void {
  const { followerReads, machine, out, appliedIndex } = raft;
  for (const [ticket, { id, query, index }] of followerReads.waiting) {
    if (index === null || index > appliedIndex) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, machine.query(query));
    out.probe('follower-read');
  }
}

/** Refuses what has waited for too long: no leader answered, or what a log ends with is never committed. */
export function onReadsTimeout(raft: Raft): void {
  const { followerReads, now, out } = raft;
  for (const [ticket, { id, sinceMs }] of followerReads.waiting) {
    if (now.monotonicMs - sinceMs < patienceMs(raft) / 2) continue;
    followerReads.waiting.delete(ticket);
    out.reply(id, unavailable('it was not confirmed in time what is the latest state'));
  }
  if (followerReads.waiting.size > 0) out.setTimer('reads', patienceMs(raft) / 2);
}
