/** The clocks of a node: monotonic time, and a time of day that a fault may make wrong while the node runs. */
import type { Now } from '../kernel/protocol.ts';

export class Clock {
  private wrongByMs: number;

  constructor(offsetMs: number) {
    this.wrongByMs = offsetMs;
  }

  /** By how much the time of day is wrong. */
  get offsetMs(): number {
    return this.wrongByMs;
  }

  set(offsetMs: number): void {
    this.wrongByMs = offsetMs;
  }

  read(): Now {
    return { monotonicMs: performance.now(), wallMs: Date.now() + this.wrongByMs };
  }
}
