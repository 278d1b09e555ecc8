/**
 * The leader: it appends what clients write, sends each follower what it lacks, and counts confirmations. Heartbeats are
 * the same messages without entries; a round of them that a majority answers shows that nobody has followed it yet.
 */
import { assert } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import { majority, reachedBy } from './confirmations.ts';
import { refuseReader } from './followerReads.ts';
import type { Index, Message } from './messages.ts';
import type { Progress } from './progress.ts';
import { inForm, type Leadership, type Replica } from './replica.ts';
import { stepDown } from './roles.ts';

type Answer = Extract<Message, { type: 'confirmed' | 'mismatch' }>;

/** The most entries of one message: a follower that is far behind catches up in pieces. */
const batchEntriesMax = 128;

/** The leader's clock: a round of heartbeats, and a look at who still answers and who has waited too long. */
export function onHeartbeatTimeout(replica: Replica): void {
  const { leadership, options, now } = replica;
  assert(leadership !== null, 'only leaders send heartbeats');
  const { heartbeatTimeout, heartbeatInterval } = options;
  noteWhoIsAlive(replica, leadership);
  if (options.failover !== 'none' && !hearsMajority(replica, leadership)) {
    // By now those behind the silence may follow another leader; whoever goes on here only gathers what will be lost.
    stepDown(replica);
    return;
  }
  refuseOldRequests(replica, leadership, now.monotonicMs - 2 * heartbeatTimeout);
  const retryMs = Math.max(heartbeatInterval, heartbeatTimeout / 3);
  for (const progress of leadership.followers.values()) progress.retry(now.monotonicMs - retryMs);
  leadership.round++;
  replica.out.setTimer('heartbeat', heartbeatInterval);
}

function noteWhoIsAlive(replica: Replica, { followers }: Leadership): void {
  const { now, options, self } = replica;
  const sinceMs = now.monotonicMs - options.heartbeatTimeout;
  const alive = [self, ...replica.peers.filter((peer) => (followers.get(peer)?.lastHeardMs ?? 0) > sinceMs)];
  if (alive.length < replica.alive.length) replica.out.probe('follower-fell-silent');
  if (alive.join() !== replica.alive.join()) replica.alive = alive;
}

function hearsMajority({ now, options }: Replica, { followers }: Leadership): boolean {
  const heardMs = [...followers.values()].map(({ lastHeardMs }) => lastHeardMs);
  const sinceMs = now.monotonicMs - 2 * options.heartbeatTimeout;
  return reachedBy(majority(followers.size + 1), [now.monotonicMs, ...heardMs]) > sinceMs;
}

/** Nothing waits for ever: writes of unknown outcome, reads that no majority confirms. */
function refuseOldRequests(replica: Replica, leadership: Leadership, beforeMs: number): void {
  for (const [index, { id, form, sinceMs }] of leadership.writes) {
    if (sinceMs > beforeMs) break;
    leadership.writes.delete(index);
    const why = 'not enough followers have confirmed the write in time; it may still be kept';
    replica.out.reply(id, inForm(form, { type: 'refused', error: 'timeout', why }));
  }
  const isOld = ({ sinceMs }: { sinceMs: number }): boolean => sinceMs <= beforeMs;
  if (!leadership.reads.some(isOld)) return;
  for (const { reader } of leadership.reads.filter(isOld))
    refuseReader(replica, reader, 'no majority confirms that this node still leads');
  leadership.reads = leadership.reads.filter((read) => !isOld(read));
}

/** A follower answers; whatever it says, it has recognised this leader in this epoch. */
export function onAnswer(replica: Replica, from: NodeId, message: Answer): void {
  const progress = replica.leadership?.followers.get(from);
  if (progress === undefined || message.epoch !== replica.epoch) return;
  progress.lastHeardMs = replica.now.monotonicMs;
  progress.answeredRound = Math.max(progress.answeredRound, message.round);
  if (message.type === 'confirmed') {
    progress.confirmed(Math.min(message.matchIndex, replica.log.lastIndex));
    return;
  }
  const possible = replica.log.lastPossibleMatch(message.conflictIndex, message.conflictEpoch);
  progress.mismatched(message.previousIndex, possible);
}

/** How far so many copies of the log reach, as far as counting says anything. */
function reach(replica: Replica, { followers }: Leadership, copies: number): Index {
  const { log, rules, epoch } = replica;
  const matches = [...followers.values()].map(({ match }) => match);
  const index = reachedBy(copies, rules.copiesThatCount(log.lastIndex, matches));
  return rules.countsCopies(log.termAt(index), epoch) ? index : 0;
}

/** Draws the consequences of what was confirmed: what is safe, and what may be shown. */
export function advance(replica: Replica, leadership: Leadership): void {
  const { toShow, toBeSafe } = replica.copies;
  replica.safeIndex = Math.max(replica.safeIndex, reach(replica, leadership, toBeSafe));
  replica.shownIndex = Math.max(replica.shownIndex, reach(replica, leadership, toShow));
}

/** Answers the writes that have been confirmed often enough. */
export function answerWrites(replica: Replica, leadership: Leadership): void {
  if (leadership.writes.size === 0) return;
  const last = reach(replica, leadership, replica.copies.toAnswer);
  for (const [index, { id, form, result }] of leadership.writes) {
    if (index > last || result === null) return;
    leadership.writes.delete(index);
    replica.out.reply(id, inForm(form, result));
  }
}

/** Sends each follower what it lacks, and the latest round in any case. */
export function replicate(replica: Replica, leadership: Leadership): void {
  for (const [follower, progress] of leadership.followers) {
    if (progress.wants(replica.log.lastIndex)) sendWhatLacks(replica, leadership, follower, progress);
    if (progress.sentRound < leadership.round) sendHeartbeat(replica, leadership, follower, progress);
  }
}

function sendWhatLacks(replica: Replica, leadership: Leadership, follower: NodeId, progress: Progress): void {
  const { log, snapshot, epoch, now } = replica;
  progress.sentRound = leadership.round;
  if (log.termAt(progress.next - 1) !== null) {
    const entries = log.slice(progress.next, batchEntriesMax);
    progress.sent(progress.next - 1 + entries.length, now.monotonicMs);
    sendAppend(replica, leadership, follower, progress.next - 1, entries);
    return;
  }
  assert(snapshot !== null, 'entries are compacted only behind a snapshot');
  progress.sent(snapshot.index, now.monotonicMs);
  replica.out.send(follower, { type: 'install', to: follower, epoch, round: leadership.round, snapshot });
}

/** Says nothing about entries but what the follower has confirmed already. */
function sendHeartbeat(replica: Replica, leadership: Leadership, follower: NodeId, progress: Progress): void {
  progress.sentRound = leadership.round;
  const agreed = replica.log.termAt(progress.match) === null ? 0 : progress.match;
  sendAppend(replica, leadership, follower, agreed, []);
}

function sendAppend(
  { out, log, epoch, shownIndex, safeIndex }: Replica,
  { round }: Leadership,
  to: NodeId,
  previousIndex: Index,
  entries: ReturnType<Replica['log']['slice']>,
): void {
  const previousEpoch = log.termAt(previousIndex) ?? 0;
  out.send(to, {
    type: 'append',
    to,
    epoch,
    round,
    previousIndex,
    previousEpoch,
    entries,
    shownIndex,
    safeIndex,
  });
}
