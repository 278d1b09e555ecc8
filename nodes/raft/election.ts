/**
 * Elections (§3.4) with pre-vote (§9.6). Nobody gives a vote within the shortest election timeout after hearing from
 * a leader (§4.2.3): a node that comes back from a partition disturbs nobody, and leases can rest on it (§6.4.1).
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Message } from './messages.ts';
import { quorumValue, setHardState, type Raft } from './raft.ts';
import {
  becomeCandidate,
  becomeFollower,
  becomeLeader,
  becomePreCandidate,
  resetElectionTimer,
} from './roles.ts';

type RequestVote = Extract<Message, { type: 'request-vote' }>;
type Vote = Extract<Message, { type: 'vote' }>;

/** No leader was heard of for a whole election timeout: asks whether this node would be elected. */
export function onElectionTimeout(raft: Raft): void {
  assert(raft.role !== 'leader', 'a leader has no election timer');
  resetElectionTimer(raft);
  if (!mayCampaign(raft)) return;
  if (raft.role === 'pre-candidate') raft.out.probe('pre-vote-lost');
  campaign(raft, { preVote: true, transfer: false });
}

/**
 * Only members run, and a node that was removed by an entry that is not committed: it may be needed to commit that
 * (§4.2.2). A node that is yet to be added has no members at all.
 */
function mayCampaign(raft: Raft): boolean {
  const { membership, self, commitIndex } = raft;
  if (membership.members.length === 0) return false;
  return membership.includes(self) || membership.index > commitIndex;
}

/** Asks all members for their vote, or, with `preVote`, whether they would give it. */
export function campaign(raft: Raft, how: { preVote: boolean; transfer: boolean }): void {
  if (how.preVote) becomePreCandidate(raft);
  else becomeCandidate(raft);
  const { log, self } = raft;
  for (const member of raft.membership.members) {
    if (member === self) continue;
    raft.out.send(member, {
      type: 'request-vote',
      term: how.preVote ? raft.term + 1 : raft.term,
      lastIndex: log.lastIndex,
      lastTerm: log.lastTerm,
      ...how,
    });
  }
  maybeWin(raft);
}

/** Goes on to the next stage of the election once a majority is behind this node. */
function maybeWin(raft: Raft): void {
  const hasMajority = quorumValue(raft, (member) => (raft.votes.has(member) ? 1 : 0)) === 1;
  if (!hasMajority) return;
  if (raft.role === 'pre-candidate') campaign(raft, { preVote: false, transfer: false });
  else if (raft.role === 'candidate') becomeLeader(raft);
}

/** Whether a leader was heard of so lately that there is no reason to vote for another one. */
export function sticksToLeader(raft: Raft): boolean {
  const { now, leadership, options } = raft;
  const since = now.monotonicMs - options.electionTimeoutMs;
  if (leadership === null) return raft.leaderContactMs > since;
  const { followers } = leadership;
  const contactMs = quorumValue(raft, (member) => followers.get(member)?.lastAckMs ?? now.monotonicMs);
  return contactMs > since;
}

export function onRequestVote(raft: Raft, from: NodeId, message: RequestVote): void {
  // What a node that sticks to its leader is asked leaves no trace in it, not even the term (§4.2.3).
  const ignored = !message.transfer && sticksToLeader(raft);
  if (!message.preVote && !ignored && message.term > raft.term) becomeFollower(raft, message.term, null);
  const { log } = raft;
  const isUpToDate = raft.rules.isUpToDate(message, { lastIndex: log.lastIndex, lastTerm: log.lastTerm });
  if (message.preVote) {
    const granted = !ignored && message.term > raft.term && isUpToDate;
    const term = granted ? message.term : raft.term;
    raft.out.send(from, { type: 'vote', term, granted, preVote: true });
    return;
  }
  const granted =
    !ignored && message.term === raft.term && isUpToDate && raft.rules.mayVoteFor(from, raft.votedFor);
  if (granted) {
    setHardState(raft, raft.term, from);
    resetElectionTimer(raft);
  }
  raft.out.send(from, { type: 'vote', term: raft.term, granted, preVote: false });
}

/** Counts a vote, or a pre-vote, of the campaign that is going on. A later term has been noticed before. */
export function onVote(raft: Raft, from: NodeId, message: Vote): void {
  if (!message.granted) return;
  const counts = message.preVote
    ? raft.role === 'pre-candidate' && message.term === raft.term + 1
    : raft.role === 'candidate' && raft.rules.countsVote(message.term, raft.term);
  if (!counts) return;
  raft.votes.add(from);
  maybeWin(raft);
}

/** The leader wants this node to take over at once: no pre-vote, and voters need not wait (§3.10). */
export function onTimeoutNow(raft: Raft): void {
  if (raft.role === 'leader' || !raft.membership.includes(raft.self)) return;
  resetElectionTimer(raft);
  campaign(raft, { preVote: false, transfer: true });
}
