/**
 * Requests of sessions that have seen more than this node has applied. They are answered when it has caught up; after a
 * while they are refused, which is definite: nothing was started. All wait equally long, so the oldest is due first.
 */
import type { RequestId } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { CausalProtocol, Request } from './messages.ts';

interface Waiter {
  readonly id: RequestId;
  readonly request: Request;
  readonly deadlineMs: number;
}

/** Hosts round times: a timer that fires a little early must not be set again for no time at all. */
const delayMsMin = 1;
/** More than this are refused at once. */
const waitingMax = 1000;

export class Waiting {
  private waiters: readonly Waiter[] = [];
  private readonly timeoutMs: number;
  private readonly out: Outbox<CausalProtocol>;

  constructor(timeoutMs: number, out: Outbox<CausalProtocol>) {
    this.timeoutMs = timeoutMs;
    this.out = out;
  }

  get size(): number {
    return this.waiters.length;
  }

  add(id: RequestId, request: Request, nowMs: number): void {
    if (this.size >= waitingMax || this.timeoutMs === 0) {
      this.refuse(id);
      return;
    }
    if (this.size === 0) this.out.setTimer('wait', this.timeoutMs);
    this.waiters = [...this.waiters, { id, request, deadlineMs: nowMs + this.timeoutMs }];
    this.out.probe('session-waits');
  }

  /** Takes out those whose request may be answered now. O(waiting). */
  take(isReady: (request: Request) => boolean): readonly Waiter[] {
    const ready = this.waiters.filter(({ request }) => isReady(request));
    if (ready.length > 0) this.waiters = this.waiters.filter((waiter) => !ready.includes(waiter));
    return ready;
  }

  /** Refuses those that are due. The timer may be that of one that was answered meanwhile. */
  giveUp(nowMs: number): void {
    for (const { id, deadlineMs } of this.waiters) if (deadlineMs <= nowMs) this.refuse(id);
    this.waiters = this.waiters.filter(({ deadlineMs }) => deadlineMs > nowMs);
    const [oldest] = this.waiters;
    if (oldest !== undefined) this.out.setTimer('wait', Math.max(delayMsMin, oldest.deadlineMs - nowMs));
  }

  private refuse(id: RequestId): void {
    this.out.probe('session-refused');
    const why = 'this node has not applied yet what the session has seen';
    this.out.reply(id, { type: 'refused', error: 'temporarily-unavailable', why });
  }
}
