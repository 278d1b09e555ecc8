/**
 * What a leader knows of one follower, and how much it dares to send (§3.5, §10.2). Invariant: 0 ≤ match < next.
 *
 *     probe      one message at a time, until it is known where the logs agree
 *     replicate  pipelined: `next` advances as messages are sent, up to a window of unacknowledged ones
 *     snapshot   the follower needs entries that are compacted; only chunks and empty heartbeats are sent
 */
import { assert } from '../kernel/assert.ts';
import type { Index } from './messages.ts';
import type { OutgoingSnapshot } from './snapshot.ts';

/** Unacknowledged AppendEntries per follower. When they are used up, entries gather, and the next ack sends them all. */
const inFlightMax = 8;

export class Progress {
  private matchIndex: Index = 0;
  private nextIndex: Index;
  /** The last index of each unacknowledged message, in the order in which they were sent. */
  private inFlight: Index[] = [];
  private mode: 'probe' | 'replicate' = 'probe';
  private probeIsOut = false;
  /** The snapshot that is on its way, if the follower needs one. */
  outgoing: OutgoingSnapshot | null = null;
  /** The latest heartbeat round that was sent, and the latest that was acknowledged. */
  sentRound = 0;
  ackedRound = 0;
  /** When the follower was last heard of. */
  lastAckMs: number;

  constructor(next: Index, nowMs: number) {
    assert(next > 0, 'next is an index');
    this.nextIndex = next;
    this.lastAckMs = nowMs;
  }

  get match(): Index {
    return this.matchIndex;
  }

  get next(): Index {
    return this.nextIndex;
  }

  /** Whether a message with entries may leave now. */
  get mayCarryEntries(): boolean {
    return this.mode === 'probe' ? !this.probeIsOut : this.inFlight.length < inFlightMax;
  }

  /** A message with `count` entries from `next` on leaves. */
  sent(count: number): void {
    assert(this.mayCarryEntries, 'the window is kept');
    if (this.mode === 'probe') {
      this.probeIsOut = true;
      return;
    }
    this.nextIndex += count;
    this.inFlight.push(this.nextIndex - 1);
  }

  /** The follower's log agrees up to `match`; late acknowledgements change nothing. */
  acknowledged(match: Index): void {
    this.matchIndex = Math.max(this.matchIndex, match);
    if (this.mode === 'probe' && match >= this.nextIndex - 1) this.mode = 'replicate';
    this.nextIndex = Math.max(this.nextIndex, this.matchIndex + 1);
    while ((this.inFlight[0] ?? Infinity) <= match) this.inFlight.shift();
  }

  /**
   * The follower's log disagrees at `previousIndex`, and may agree up to `possibleMatch`. Says whether this was news:
   * a rejection of what was meanwhile acknowledged, or is not what was asked last, is late.
   */
  rejected(previousIndex: Index, possibleMatch: Index): boolean {
    if (previousIndex <= this.matchIndex) return false;
    if (this.mode === 'probe' && previousIndex !== this.nextIndex - 1) return false;
    this.mode = 'probe';
    this.probeIsOut = false;
    this.inFlight = [];
    this.nextIndex = Math.max(this.matchIndex + 1, Math.min(previousIndex, possibleMatch + 1));
    assert(this.matchIndex < this.nextIndex, 'match < next');
    return true;
  }

  /** A probe may be lost: it is repeated with every heartbeat. */
  retryProbe(): void {
    this.probeIsOut = false;
  }

  /** The follower has everything up to the snapshot's last entry. */
  installed(index: Index): void {
    this.outgoing = null;
    this.mode = 'probe';
    this.probeIsOut = false;
    this.matchIndex = Math.max(this.matchIndex, index);
    this.nextIndex = this.matchIndex + 1;
  }
}
