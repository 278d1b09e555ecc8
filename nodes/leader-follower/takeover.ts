/**
 * Failover. A follower that misses its leader asks the others, in two rounds: whether they miss it, too (that binds
 * nobody, so a node that alone is cut off disturbs no one), and then for a promise to follow no leader before the next
 * epoch. The promises of a majority fence the old leader: it gets no confirmation of a majority any more. Of those who
 * promised, the node with the most advanced log leads the epoch; since it has what any majority had confirmed before,
 * nothing of that is lost (the argument is that of Raft's leader completeness, Ongaro 2014, §3.6.3).
 *
 * At most one node is asked to lead in an epoch: a promise is given once and durable, so only one asker has a majority,
 * and it names one node. If that one does not lead, the silence goes on, and somebody asks for the epoch after it.
 */
import type { NodeId } from '../kernel/ids.ts';
import { majority } from './confirmations.ts';
import { forgetReplicated } from './courseLeader.ts';
import type { Epoch, LogEnd, Message } from './messages.ts';
import { firstLeader, type Replica, type Tally } from './replica.ts';
import { enterEpoch, lead, watchForSilence } from './roles.ts';

type Ask = Extract<Message, { type: 'ask' }>;
type Promise = Extract<Message, { type: 'promise' }>;

/** The leader was not heard of for its timeout. */
export function onSilence(replica: Replica): void {
  const { rules, epoch, self } = replica;
  if (replica.leader !== null && replica.leader !== self) replica.out.probe('leader-fell-silent');
  replica.alive = [self];
  // A node that knows no other belongs to no cluster yet, unless it is the first.
  const isAlone = replica.peers.length === 0 && self !== firstLeader;
  if (replica.options.failover === 'none' || isAlone) return;
  replica.leader = null;
  watchForSilence(replica);
  forgetReplicated(replica);
  ask(replica, rules.nextEpoch(epoch), false);
}

function ask(replica: Replica, epoch: Epoch, binding: boolean): void {
  const tally: Tally = { epoch, binding, ends: new Map([[replica.self, endOf(replica)]]) };
  replica.role = 'asking';
  replica.tally = tally;
  for (const to of replica.peers) replica.out.send(to, { type: 'ask', to, epoch, binding });
  countAnswers(replica, tally);
}

function endOf({ log }: Replica): LogEnd {
  return { lastEpoch: log.lastTerm, lastIndex: log.lastIndex };
}

/** Somebody misses the leader. Whoever leads, or hears the leader, stands by it, and says nothing. */
export function onAsk(replica: Replica, from: NodeId, { to, epoch, binding }: Ask): void {
  const { rules, out } = replica;
  if (to !== replica.self || hearsLeader(replica)) return;
  if (!rules.mayPromise(epoch, replica.epoch)) {
    out.send(from, { type: 'fenced', epoch: replica.epoch });
    return;
  }
  if (binding) {
    enterEpoch(replica, epoch);
    watchForSilence(replica);
  }
  out.send(from, { type: 'promise', epoch, binding, end: endOf(replica) });
}

function hearsLeader({ role, now, leaderHeardMs, options }: Replica): boolean {
  return role === 'leader' || now.monotonicMs - leaderHeardMs < options.heartbeatTimeout;
}

export function onPromise(replica: Replica, from: NodeId, { epoch, binding, end }: Promise): void {
  const { tally } = replica;
  if (tally === null || tally.epoch !== epoch || tally.binding !== binding) return;
  tally.ends.set(from, end);
  countAnswers(replica, tally);
}

/** Goes on once a majority has answered. */
function countAnswers(replica: Replica, { epoch, binding, ends }: Tally): void {
  if (ends.size < majority(replica.peers.length + 1)) return;
  if (!binding) {
    // The own promise comes first: it is durable before anyone else is asked for one.
    enterEpoch(replica, epoch);
    replica.out.probe('takeover-begun');
    ask(replica, epoch, true);
    return;
  }
  const chosen = replica.rules.mostAdvanced(ends, replica.self);
  replica.role = 'follower';
  replica.tally = null;
  if (chosen === replica.self) {
    begin(replica, epoch);
    return;
  }
  replica.out.probe('another-log-was-more-advanced');
  replica.out.send(chosen, { type: 'lead', epoch });
}

/** A majority has promised, and this node has the most advanced log of all of them. */
export function onLead(replica: Replica, epoch: Epoch): void {
  if (epoch === replica.epoch && replica.role !== 'leader') begin(replica, epoch);
}

/** A copy of the message that comes late must not begin the epoch again: rounds are counted anew in each leadership. */
function begin(replica: Replica, epoch: Epoch): void {
  if (!replica.rules.mayBegin(epoch, replica.log.lastTerm)) return;
  forgetReplicated(replica);
  lead(replica);
}
