/**
 * What a leader knows of one follower. One message with entries is on its way to it at a time; what gathers meanwhile
 * goes with the next, so a slow follower gets large batches. Invariant: 0 ≤ match < next.
 */
import { assert } from '../kernel/assert.ts';
import type { Index } from './messages.ts';

export class Progress {
  private matchIndex: Index = 0;
  private nextIndex: Index;
  /** When the message that is not answered yet left; null if there is none. */
  private sentAtMs: number | null = null;
  /** The last index that it carried. */
  private sentIndex: Index = 0;
  private isProbed = false;
  /** The latest round that was sent, and the latest that was answered. */
  sentRound = 0;
  answeredRound = 0;
  /** When the follower was last heard of. */
  lastHeardMs: number;

  constructor(next: Index, nowMs: number) {
    assert(next > 0, 'next is an index');
    this.nextIndex = next;
    this.lastHeardMs = nowMs;
  }

  get match(): Index {
    return this.matchIndex;
  }

  get next(): Index {
    return this.nextIndex;
  }

  /** Whether entries, or the question where the logs agree, shall leave now. */
  wants(lastIndex: Index): boolean {
    return this.sentAtMs === null && (!this.isProbed || this.nextIndex <= lastIndex);
  }

  /** A message with the entries up to `lastIndex` leaves. */
  sent(lastIndex: Index, nowMs: number): void {
    this.sentAtMs = nowMs;
    this.sentIndex = lastIndex;
  }

  /** A message may be lost, as its answer may be: after a while it leaves again. */
  retry(beforeMs: number): void {
    if (this.sentAtMs !== null && this.sentAtMs <= beforeMs) this.sentAtMs = null;
  }

  /** The follower's log agrees up to `match`; late confirmations change nothing. */
  confirmed(match: Index): void {
    if (this.sentAtMs !== null && match >= this.sentIndex) {
      this.isProbed = true;
      this.sentAtMs = null;
    }
    this.matchIndex = Math.max(this.matchIndex, match);
    this.nextIndex = Math.max(this.nextIndex, this.matchIndex + 1);
  }

  /** The follower's log disagrees at `previousIndex`, and may agree up to `possibleMatch`. Late ones change nothing. */
  mismatched(previousIndex: Index, possibleMatch: Index): void {
    if (previousIndex <= this.matchIndex || previousIndex !== this.nextIndex - 1) return;
    this.sentAtMs = null;
    this.nextIndex = Math.max(this.matchIndex + 1, Math.min(previousIndex, possibleMatch + 1));
    assert(this.matchIndex < this.nextIndex, 'match < next');
  }
}
