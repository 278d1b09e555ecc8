/**
 * The follower: it copies the leader's log into its own, and confirms what is on its disk. It takes nothing from a leader
 * whose epoch is over, and no entry before it has all that come earlier.
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Entry, Index, Message } from './messages.ts';
import { forgetReplicated } from './courseLeader.ts';
import { appendEntries, type Replica } from './replica.ts';
import { enterEpoch, watchForSilence } from './roles.ts';
import { compactJournal, restore, stateAt } from './snapshot.ts';

type Append = Extract<Message, { type: 'append' }>;
type Install = Extract<Message, { type: 'install' }>;

/** A leader speaks. */
export function onLeader(replica: Replica, from: NodeId, message: Append | Install): void {
  if (message.to !== replica.self) {
    replica.out.probe('wrong-address');
    return;
  }
  if (!replica.rules.acceptsLeader(message.epoch, replica.epoch)) {
    replica.out.send(from, { type: 'fenced', epoch: replica.epoch });
    replica.out.probe('leader-fenced');
    return;
  }
  if (message.epoch > replica.epoch) enterEpoch(replica, message.epoch);
  // Only a broken rule gives an epoch two leaders; neither listens to the other then.
  if (replica.role === 'leader') return;
  follow(replica, from);
  if (message.type === 'append') onAppend(replica, from, message);
  else onInstall(replica, from, message);
}

function follow(replica: Replica, leader: NodeId): void {
  replica.role = 'follower';
  replica.tally = null;
  replica.leaderHeardMs = replica.now.monotonicMs;
  if (replica.leader !== leader || replica.alive.length < 2) {
    replica.leader = leader;
    replica.alive = [leader, replica.self];
  }
  watchForSilence(replica);
  forgetReplicated(replica);
}

function onAppend(replica: Replica, from: NodeId, message: Append): void {
  const { log, rules, epoch } = replica;
  const { previousIndex, previousEpoch, round } = message;
  const entries = rules.newEntries(log, message);
  if (entries === null) {
    const conflictIndex = log.lastPossibleMatch(previousIndex, previousEpoch);
    const conflictEpoch = log.termAt(conflictIndex) ?? 0;
    replica.out.send(from, { type: 'mismatch', epoch, round, previousIndex, conflictIndex, conflictEpoch });
    return;
  }
  take(replica, entries);
  const matchIndex = previousIndex + message.entries.length;
  replica.safeIndex = Math.max(replica.safeIndex, Math.min(message.safeIndex, matchIndex));
  replica.shownIndex = Math.max(replica.shownIndex, Math.min(message.shownIndex, matchIndex));
  replica.out.send(from, { type: 'confirmed', epoch, round, matchIndex });
}

/** Puts entries in place of what the log has from the first one on. */
function take(replica: Replica, entries: readonly Entry[]): void {
  const [first] = entries;
  if (first === undefined) return;
  if (first.index <= replica.log.lastIndex) truncate(replica, first.index);
  appendEntries(replica, entries);
}

/** What another leader wrote goes, also from the state if it was shown: nobody was promised that it stays. */
function truncate(replica: Replica, from: Index): void {
  replica.log.truncateFrom(from);
  replica.out.probe('log-truncated');
  replica.journaledShownIndex = Math.min(replica.journaledShownIndex, from - 1);
  if (replica.appliedIndex < from) return;
  restore(replica, stateAt(replica, from - 1));
  replica.out.probe('shown-entries-taken-back');
}

/** Puts a snapshot in place of what this node has, unless it has all that already. */
function onInstall(replica: Replica, from: NodeId, { snapshot, round }: Install): void {
  const { log, epoch } = replica;
  const { index } = snapshot;
  const hasIt = index <= log.baseIndex || log.termAt(index) === snapshot.epoch;
  if (!hasIt) {
    log.reset(index, snapshot.epoch);
    replica.snapshot = snapshot;
    restore(replica, stateAt(replica, index));
    compactJournal(replica);
    replica.out.probe('snapshot-installed');
  }
  replica.safeIndex = Math.max(replica.safeIndex, index);
  replica.shownIndex = Math.max(replica.shownIndex, index);
  assert(replica.shownIndex <= log.lastIndex, 'only what is there is shown');
  replica.out.send(from, { type: 'confirmed', epoch, round, matchIndex: index });
}
