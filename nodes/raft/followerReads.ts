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
import { awaitedBy, letWait, type Ticket, type WaitingRead } from '../log/waitingReads.ts';
import type { Message } from './messages.ts';
import { redirect, type Raft } from './raft.ts';

/** What a node tells of its log. */
export type LogEnd = Pick<Extract<Message, { type: 'log-end' }>, 'lastIndex' | 'lastTerm' | 'members'>;

/** Takes a read, unless it is one that only a leader answers. Says whether it did. */
export function takeRead(raft: Raft, id: RequestId, query: Query): boolean {
  const { options, rules, leadership, leader, out } = raft;
  const mode = options.proxy ? options.proxyReads : 'leader';
  if (mode === 'leader') return false;
  // A leader knows, and whoever answers as it is does not ask.
  if (mode === 'follower' && (leadership !== null || options.reads === 'follower')) return false;
  if (mode === 'follower' && !rules.followersAskForIndex) {
    out.reply(id, raft.machine.query(query));
  } else if (mode === 'follower' && leader === null) {
    redirect(raft, id);
  } else {
    askForIndex(raft, { id, query, mode });
  }
  return true;
}

function askForIndex(
  raft: Raft,
  asked: { readonly id: RequestId; readonly query: Query; readonly mode: 'follower' | 'quorum' },
): void {
  const { term, leader, options, out } = raft;
  const waiting = letWait(raft, { ...asked, lookAfterMs: 2 * options.electionTimeoutMs });
  if (waiting === null) return;
  const { read, ticket } = waiting;
  if (asked.mode === 'quorum') gatherEnds(raft, read, ticket);
  else if (leader !== null) out.send(leader, { type: 'ask-read-index', term, ...ticket });
}

/** A node that does not lead asks how far its log reaches. */
export function onAskLogEnd(raft: Raft, from: NodeId, { incarnation, ticket }: Ticket): void {
  raft.out.send(from, { type: 'log-end', term: raft.term, incarnation, ticket, ...ownEnd(raft) });
}

function ownEnd({ rules, log, commitIndex, membership: { members } }: Raft): LogEnd {
  const { lastIndex, lastTerm } = log;
  return { lastIndex: rules.endForReads(lastIndex, commitIndex), lastTerm, members };
}

export function onLogEnd(raft: Raft, from: NodeId, message: Extract<Message, { type: 'log-end' }>): void {
  const read = awaitedBy(raft, message);
  if (read === undefined) return;
  read.ends.set(from, message);
  gatherEnds(raft, read, message);
}

/** Takes the highest end once a majority has told its own; else asks the members who were not asked yet. */
function gatherEnds(raft: Raft, read: WaitingRead<LogEnd | null>, { incarnation, ticket }: Ticket): void {
  const { self, term, rules } = raft;
  // What is in this log counts at once: nothing leaves before it is durable (host law 2).
  read.ends.set(self, ownEnd(raft));
  const told = new Map([...read.ends].filter((one): one is [NodeId, LogEnd] => one[1] !== null));
  const ends = [...told.values()];
  const { members } = ends.reduce((one, other) => (rules.isUpToDate(one, other) ? one : other));
  const votes = members.filter((member) => told.has(member)).length;
  if (members.length > 0 && votes >= rules.quorumOf(members.length)) {
    read.index = Math.max(...ends.map(({ lastIndex }) => lastIndex));
    return;
  }
  for (const member of members) {
    if (read.ends.has(member)) continue;
    read.ends.set(member, null);
    raft.out.send(member, { type: 'ask-log-end', term, incarnation, ticket });
  }
}
