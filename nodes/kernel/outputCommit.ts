/**
 * Host law 2 as a pure queue: what a step puts out is released only when its records, and those of every step before
 * it, are durable. Each host (real, simulated) does the syncs in its own way and asks this queue what may leave.
 *
 *   add ──▶ waiting ──beginSync──▶ covered ──endSync──▶ released
 *
 * Group commit follows from it: while one sync is under way, steps go on and pile up in `waiting`; the next sync covers
 * them all. At most one sync is under way at a time.
 */
import { assert } from './assert.ts';

export class OutputCommit<Batch> {
  /** Not covered by a sync yet. Invariant: empty, or its first batch has records. */
  private waiting: Batch[] = [];
  /** Released when the sync under way ends; null when there is none. */
  private covered: Batch[] | null = null;

  /**
   * Takes the batch of one step, in order of the steps. Returns true if it may leave at once: it has no records, and
   * nothing before it is waiting. O(1).
   */
  add(batch: Batch, hasRecords: boolean): boolean {
    if (hasRecords || this.waiting.length > 0) {
      this.waiting.push(batch);
      return false;
    }
    if (this.covered === null) return true;
    // All records before it are in the sync under way, so it need not wait for another one.
    this.covered.push(batch);
    return false;
  }

  /** Whether records wait, and no sync is under way: time to begin one. */
  get wantsSync(): boolean {
    return this.covered === null && this.waiting.length > 0;
  }

  /** The host begins a sync of everything that it has appended so far. */
  beginSync(): void {
    assert(this.covered === null, 'one sync at a time');
    this.covered = this.waiting;
    this.waiting = [];
  }

  /** The sync ended well: these batches leave now, in this order. */
  endSync(): readonly Batch[] {
    assert(this.covered !== null, 'a sync ends that never began');
    const released = this.covered;
    this.covered = null;
    return released;
  }
}
