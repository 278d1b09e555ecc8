/**
 * The node: an event goes in, effects come out. A handler takes note of what it was told; the step ends by drawing the
 * consequences in one fixed order: count, apply, answer, replicate, compact. So each follower gets at most what one step
 * has gathered for it, and nothing is decided in two places.
 */
import { assert, assertNever } from '../kernel/assert.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import * as waiting from '../log/waitingReads.ts';
import { onLeader } from './following.ts';
import { advance, answerWrites, onAnswer, onHeartbeatTimeout, replicate } from './leading.ts';
import type { LeaderFollowerProtocol, Message, Status, Timer } from './messages.ts';
import { recover } from './recovery.ts';
import { firstLeader, setEpoch, type Replica } from './replica.ts';
import { onAskLogEnd, onLogEnd } from './followerReads.ts';
import { advanceRounds, answerReads, applyShown, onAskReadIndex, onRequest } from './requests.ts';
import { enterEpoch, lead, watchForSilence } from './roles.ts';
import { maybeCompact } from './snapshot.ts';
import { onAsk, onLead, onPromise, onSilence } from './takeover.ts';

export class LeaderFollowerCore implements ProtocolCore<LeaderFollowerProtocol> {
  private readonly replica: Replica;
  private readonly isFresh: boolean;

  constructor(init: CoreInit<LeaderFollowerProtocol>) {
    this.replica = recover(init);
    this.isFresh = init.recovered.length === 0;
  }

  step(event: NodeEvent<LeaderFollowerProtocol>, now: Now): Effects<LeaderFollowerProtocol> {
    const { replica } = this;
    replica.now = now;
    this.dispatch(event);
    this.settle();
    assert((replica.role === 'leader') === (replica.leadership !== null), 'leaders alone have a leadership');
    assert((replica.role === 'asking') === (replica.tally !== null), 'askers alone have a tally');
    return replica.out.drain();
  }

  status(): Status {
    const { replica } = this;
    return {
      role: replica.role,
      epoch: replica.epoch,
      leader: replica.leader,
      log: replica.log.view(),
      shownIndex: replica.shownIndex,
      safeIndex: replica.safeIndex,
      journaledShownIndex: replica.journaledShownIndex,
      snapshotIndex: replica.snapshot?.index ?? 0,
      alive: replica.alive,
      replicatedKeys: replica.replicated.size,
    };
  }

  private dispatch(event: NodeEvent<LeaderFollowerProtocol>): void {
    switch (event.kind) {
      case 'start':
        this.onStart();
        return;
      case 'message':
        this.onMessage(event.from, event.message);
        return;
      case 'request':
        onRequest(this.replica, event.id, event.request);
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
    const { replica } = this;
    if (replica.leadership !== null) advance(replica, replica.leadership);
    applyShown(replica);
    waiting.answerFollowerReads(replica);
    if (replica.leadership !== null) {
      answerWrites(replica, replica.leadership);
      advanceRounds(replica.leadership);
      answerReads(replica, replica.leadership);
      replicate(replica, replica.leadership);
    }
    maybeCompact(replica);
  }

  /**
   * The first node leads epoch 1. Where others may follow it, only in its first life: later somebody else may lead, and
   * it has to ask like anyone.
   */
  private onStart(): void {
    const { replica, isFresh } = this;
    const { failover } = replica.options;
    replica.leader = failover === 'none' ? firstLeader : null;
    if (replica.self === firstLeader && (failover === 'none' || isFresh)) {
      // Even a life without a single entry must be known to the next one as not the first.
      if (isFresh) setEpoch(replica, replica.epoch);
      lead(replica);
    } else watchForSilence(replica);
  }

  private onTimeout(timer: Timer): void {
    switch (timer) {
      case 'heartbeat':
        onHeartbeatTimeout(this.replica);
        return;
      case 'silence':
        onSilence(this.replica);
        return;
      case 'reads':
        waiting.refuseOldReads(this.replica, this.replica.options.heartbeatTimeout);
        return;
      default:
        assertNever(timer);
    }
  }

  private onMessage(from: NodeId, message: Message): void {
    const { replica } = this;
    assert(from !== replica.self, 'a node does not write to itself');
    switch (message.type) {
      case 'append':
      case 'install':
        onLeader(replica, from, message);
        return;
      case 'confirmed':
      case 'mismatch':
        onAnswer(replica, from, message);
        return;
      case 'fenced':
        if (message.epoch > replica.epoch) enterEpoch(replica, message.epoch);
        return;
      case 'ask':
        onAsk(replica, from, message);
        return;
      case 'promise':
        onPromise(replica, from, message);
        return;
      case 'lead':
        onLead(replica, message.epoch);
        return;
      case 'ask-read-index':
        onAskReadIndex(replica, from, message);
        return;
      case 'read-index':
        waiting.onReadIndex(replica, message);
        return;
      case 'ask-log-end':
        onAskLogEnd(replica, from, message);
        return;
      case 'log-end':
        onLogEnd(replica, from, message);
        return;
      default:
        assertNever(message);
    }
  }
}
