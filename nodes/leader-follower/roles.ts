/**
 * The transitions between the roles:
 *
 *     follower ──silence──▶ asking ──promises, and the most advanced log──▶ leader
 *        ▲                    │                                               │
 *        └──── a leader speaks, a later epoch is known, or no majority is heard of
 *
 * Without failover the first node leads from its start on, and nobody asks.
 */
import { assert } from '../kernel/assert.ts';
import type { Epoch } from './messages.ts';
import { Progress } from './progress.ts';
import { refuseReader } from './followerReads.ts';
import { appendEntries, inForm, setEpoch, type Replica } from './replica.ts';

/** Waits for the leader anew. With failover each wait is drawn again, so that nodes rarely ask at the same time. */
export function watchForSilence({ options, out, prng }: Replica): void {
  const { heartbeatTimeout, failover } = options;
  const patience = failover === 'none' ? 1 : 1 + prng.next();
  out.setTimer('silence', patience * heartbeatTimeout);
}

/** Leads this epoch from now on. Where another may have led before, a first entry confirms what that one left. */
export function lead(replica: Replica): void {
  const { log, epoch, options, self, now } = replica;
  replica.role = 'leader';
  replica.leader = self;
  replica.tally = null;
  const next = log.lastIndex + 1;
  if (options.failover !== 'none') {
    appendEntries(replica, [{ epoch, index: next, command: { type: 'epoch-begins' } }]);
  }
  replica.leadership = {
    followers: new Map(replica.peers.map((peer) => [peer, new Progress(next, now.monotonicMs)])),
    startIndex: log.lastIndex,
    round: 1,
    confirmedRound: 0,
    writes: new Map(),
    reads: [],
  };
  replica.alive = [self, ...replica.peers];
  replica.out.cancelTimer('silence');
  replica.out.setTimer('heartbeat', options.heartbeatInterval);
  replica.out.probe('leadership-began');
}

/** Leads no more: in a later epoch, or in none that is known. Everyone who waits is answered. */
export function stepDown(replica: Replica): void {
  const { leadership } = replica;
  assert(leadership !== null, 'only a leader steps down');
  replica.role = 'follower';
  replica.leader = null;
  replica.leadership = null;
  replica.alive = [replica.self];
  replica.out.cancelTimer('heartbeat');
  replica.out.probe('leader-stepped-down');
  watchForSilence(replica);
  for (const { id, form } of leadership.writes.values()) {
    // The entry is in the log, perhaps on other nodes too: whoever leads next may keep it, or not.
    const why = 'this node does not lead any more, and the entry is not confirmed';
    replica.out.reply(id, inForm(form, { type: 'refused', error: 'timeout', why }));
  }
  for (const { reader } of leadership.reads) refuseReader(replica, reader, null);
}

/** A later epoch is known: fenced. */
export function enterEpoch(replica: Replica, epoch: Epoch): void {
  assert(epoch >= replica.epoch, 'epochs never decrease');
  setEpoch(replica, epoch);
  if (replica.leadership !== null) stepDown(replica);
  replica.role = 'follower';
  replica.tally = null;
  replica.leader = null;
}
