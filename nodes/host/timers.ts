/**
 * Host law 3: named timers; setting replaces, and all die with the incarnation. Protocols set their timers far more
 * often than these run out (an election timer with every heartbeat), so a timer that moves to later keeps its pending
 * timeout and is armed again only when that fires: setting costs two map look-ups, no system timer.
 */
interface Timer {
  dueMs: number;
  armedMs: number;
  handle: NodeJS.Timeout;
}

export class Timers<Name extends string> {
  private readonly timers = new Map<Name, Timer>();
  private readonly clockMs: () => number;
  private readonly onTimeout: (name: Name) => void;

  /** `clockMs` is the monotonic clock in which due times are given. */
  constructor(clockMs: () => number, onTimeout: (name: Name) => void) {
    this.clockMs = clockMs;
    this.onTimeout = onTimeout;
  }

  /** Runs out at `dueMs`, never before. */
  set(name: Name, dueMs: number): void {
    const timer = this.timers.get(name);
    if (timer !== undefined && timer.armedMs <= dueMs) {
      timer.dueMs = dueMs;
      return;
    }
    clearTimeout(timer?.handle);
    this.arm(name, dueMs);
  }

  cancel(name: Name): void {
    clearTimeout(this.timers.get(name)?.handle);
    this.timers.delete(name);
  }

  /** Forgets all: the incarnation ends. */
  stop(): void {
    for (const { handle } of this.timers.values()) clearTimeout(handle);
    this.timers.clear();
  }

  private arm(name: Name, dueMs: number): void {
    const delayMs = Math.max(0, Math.ceil(dueMs - this.clockMs()));
    const handle = setTimeout(() => this.fire(name), delayMs);
    this.timers.set(name, { dueMs, armedMs: dueMs, handle });
  }

  private fire(name: Name): void {
    const timer = this.timers.get(name);
    if (timer === undefined) return;
    // It was moved, or the system fired up to a millisecond early.
    if (this.clockMs() < timer.dueMs) {
      this.arm(name, timer.dueMs);
      return;
    }
    this.timers.delete(name);
    this.onTimeout(name);
  }
}
