/**
 * Membership changes, one node at a time (§4.1): none while another is not committed, and none before an entry of the
 * leader's own term is (Ongaro 2015). A new server first catches up, in rounds, without a vote (§4.2.1). A leader that
 * is taken out leads until that is committed, without counting itself, and then steps down (§4.2.2).
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import { unavailable } from '../machines/machine.ts';
import { changedMembers, type MembershipChange } from './membership.ts';
import { appendEntries, committedTerm, redirect, type Leadership, type Raft } from './raft.ts';
import { Progress } from './progress.ts';

/** Rounds of catching up; each is shorter than the one before unless the new server is too slow (§4.2.1). */
const catchUpRoundsMax = 10;

type CatchingUp = Extract<MembershipChange, { phase: 'catching-up' }>;

export function onChangeRequest(raft: Raft, id: RequestId, kind: 'add' | 'remove', node: NodeId): void {
  const { leadership, membership, rules, log, now } = raft;
  if (leadership === null) {
    redirect(raft, id);
    return;
  }
  const isAllowed = rules.mayChangeMembers({
    term: raft.term,
    committedTerm: committedTerm(raft),
    isChanging: leadership.change !== null || membership.index > raft.commitIndex,
  });
  if (!isAllowed || leadership.transfer !== null) {
    raft.out.reply(id, unavailable('another change is going on, or this leader is too new'));
    return;
  }
  if (membership.includes(node) === (kind === 'add')) {
    raft.out.reply(id, { type: 'members', members: membership.members });
    return;
  }
  if (kind === 'remove') {
    removeMember(raft, leadership, id, node);
    return;
  }
  leadership.followers.set(node, new Progress(log.lastIndex + 1, now.monotonicMs));
  leadership.change = {
    phase: 'catching-up',
    id,
    node,
    round: 1,
    roundEnd: log.lastIndex,
    roundStartMs: now.monotonicMs,
  };
}

function removeMember(raft: Raft, leadership: Leadership, id: RequestId, node: NodeId): void {
  const members = changedMembers(raft.membership.members, 'remove', node);
  if (members.length === 0) {
    raft.out.reply(id, { type: 'refused', error: 'malformed-request', why: 'the last member has to stay' });
    return;
  }
  leadership.followers.delete(node);
  appendMembers(raft, leadership, id, members);
}

function appendMembers(raft: Raft, leadership: Leadership, id: RequestId, members: readonly NodeId[]): void {
  const index = raft.log.lastIndex + 1;
  appendEntries(raft, [{ term: raft.term, index, command: { type: 'members', members } }]);
  leadership.change = { phase: 'committing', id, index };
}

/** Goes on with the change that is under way, as far as the followers and the commit index allow. */
export function advanceChange(raft: Raft, leadership: Leadership): void {
  const { change } = leadership;
  if (change === null) return;
  if (change.phase === 'catching-up') {
    catchUp(raft, leadership, change);
  } else if (change.index <= raft.commitIndex) {
    leadership.change = null;
    raft.out.reply(change.id, { type: 'members', members: raft.membership.members });
    raft.out.probe('membership-changed');
  }
}

/** One round brings the new server what was there at its beginning; a short enough one shows that it keeps up. */
function catchUp(raft: Raft, leadership: Leadership, change: CatchingUp): void {
  const progress = leadership.followers.get(change.node);
  const nowMs = raft.now.monotonicMs;
  const { electionTimeoutMs } = raft.options;
  const isSilent = progress === undefined || nowMs - progress.lastAckMs > 4 * electionTimeoutMs;
  if (isSilent || change.round > catchUpRoundsMax) {
    leadership.change = null;
    leadership.followers.delete(change.node);
    raft.out.reply(change.id, unavailable(`${change.node} does not keep up`));
    return;
  }
  if (progress.match < change.roundEnd) return;
  if (nowMs - change.roundStartMs <= electionTimeoutMs) {
    const members = changedMembers(raft.membership.members, 'add', change.node);
    appendMembers(raft, leadership, change.id, members);
    return;
  }
  const { round } = change;
  leadership.change = {
    ...change,
    round: round + 1,
    roundEnd: raft.log.lastIndex,
    roundStartMs: nowMs,
  };
}

/** A leader that is not a member any more, for good. */
export function isRemoved(raft: Raft): boolean {
  const { membership, self, commitIndex } = raft;
  return !membership.includes(self) && membership.index <= commitIndex;
}
