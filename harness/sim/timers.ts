/**
 * The named timers of one incarnation (host law 3). A timer that is set again before it fires, as election timers are at
 * every heartbeat, costs no new entry in the scheduler: the planned one looks when it comes up, and plans itself anew.
 */
import type { Scheduler } from './scheduler.ts';

interface Timer {
  /** When it fires; null when it is not set. */
  dueUs: number | null;
  /** When the scheduler comes back to it; null when it will not. */
  plannedUs: number | null;
}

export class SimTimers {
  private readonly timers = new Map<string, Timer>();
  private readonly scheduler: Scheduler;
  private readonly onDue: (name: string) => void;
  private isDead = false;

  /** `onDue` is told when a timer comes due, and then asks `take` whether it still is. */
  constructor(scheduler: Scheduler, onDue: (name: string) => void) {
    this.scheduler = scheduler;
    this.onDue = onDue;
  }

  /** Sets, replaces, or with null cancels the timer of this name. */
  set(name: string, delayMs: number | null): void {
    let timer = this.timers.get(name);
    if (timer === undefined) this.timers.set(name, (timer = { dueUs: null, plannedUs: null }));
    timer.dueUs = delayMs === null ? null : this.scheduler.nowUs + Math.max(0, Math.round(delayMs * 1000));
    this.plan(name, timer);
  }

  /** Whether the timer is due now; it is not set any more afterwards. */
  take(name: string): boolean {
    const timer = this.timers.get(name);
    if (timer?.dueUs === null || timer === undefined || timer.dueUs > this.scheduler.nowUs) return false;
    timer.dueUs = null;
    return true;
  }

  /** Puts off every timer that is set: time can go by without any of them firing. */
  postpone(byMs: number): void {
    for (const timer of this.timers.values()) if (timer.dueUs !== null) timer.dueUs += byMs * 1000;
  }

  /** The incarnation is over: nothing fires any more. */
  kill(): void {
    this.isDead = true;
  }

  private plan(name: string, timer: Timer): void {
    const { dueUs } = timer;
    if (dueUs === null || (timer.plannedUs !== null && timer.plannedUs <= dueUs)) return;
    timer.plannedUs = dueUs;
    this.scheduler.at(dueUs, () => {
      if (this.isDead || timer.plannedUs !== dueUs) return;
      timer.plannedUs = null;
      if (timer.dueUs === null) return;
      if (timer.dueUs > this.scheduler.nowUs) this.plan(name, timer);
      else this.onDue(name);
    });
  }
}
