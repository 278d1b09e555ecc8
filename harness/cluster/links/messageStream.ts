/**
 * One direction of one connection under the rule of its link: a queue of messages that leave in order, whole and late,
 * or not at all. After a message was swallowed the connection is reset; a stream with a gap never goes on, because the
 * bytes behind the gap would be read as something that nobody said.
 */
import { closesConnections, type DirectedLink, type RuleWatcher } from './link.ts';
import type { Frame } from './frameParser.ts';

/** What a stream carries: messages, then the end of the stream, or news that the sender is gone. */
export type Item = { readonly kind: 'frame'; readonly frame: Frame } | { readonly kind: 'end' | 'break' };

/** Where a stream leads. */
export interface Outlet {
  /** Takes an item; answers false when it wants no more until `resume` is called. */
  deliver(item: Item): boolean;
  /** The link has swallowed a message: the connection must end. */
  reset(): void;
  /** The stream holds back much (true), or no longer (false). */
  backPressure(on: boolean): void;
}

interface Queued {
  readonly item: Item;
  readonly bytes: number;
  readonly arrivedMs: number;
  /** In [0, 1): the share of the jitter that this message takes. */
  readonly luck: number;
  held: boolean;
  /** When it has left the line, under a bandwidth limit. */
  sentMs?: number;
}

const queuedBytesMax = 1024 * 1024;
/** A link may be so slow that no timer reaches; then it is looked at again. */
const timerMsMax = 60_000;
const now = (): number => performance.now();

export class MessageStream implements RuleWatcher {
  private readonly link: DirectedLink;
  private readonly kind: 'requests' | 'answers';
  private readonly outlet: Outlet;
  private readonly queue: Queued[] = [];
  private queuedBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private isBlocked = false;
  private isClosed = false;

  constructor(link: DirectedLink, kind: 'requests' | 'answers', outlet: Outlet) {
    this.link = link;
    this.kind = kind;
    this.outlet = outlet;
    link.watch(this);
  }

  push(item: Item): void {
    if (this.isClosed) return;
    const bytes = item.kind === 'frame' ? item.frame.bytes.length : 0;
    const luck = this.link.rule.jitterMs > 0 ? this.link.prng.next() : 0;
    this.queue.push({ item, bytes, arrivedMs: now(), luck, held: false });
    this.queuedBytes += bytes;
    this.pump();
    if (this.queuedBytes > queuedBytesMax) this.outlet.backPressure(true);
  }

  /** The outlet takes more again. */
  resume(): void {
    this.isBlocked = false;
    this.pump();
  }

  /** Forgets everything; nothing is delivered any more. */
  close(): void {
    this.isClosed = true;
    this.queue.length = 0;
    clearTimeout(this.timer);
    this.link.unwatch(this);
  }

  /**
   * Requests carry the connection, so a link that closes connections ends them at once. Answers do not: there, one-way
   * faults must let the requests of the other side through and lose what is said in return.
   */
  onRule(): void {
    if (this.kind === 'requests' && closesConnections(this.link.rule)) return this.swallow();
    this.pump();
  }

  private pump(): void {
    clearTimeout(this.timer);
    while (!this.isClosed && !this.isBlocked) {
      const head = this.queue[0];
      if (head === undefined) return;
      const { mode } = this.link.rule;
      if (mode === 'hold') return this.hold();
      if (mode !== 'pass') return this.swallow();
      const waitMs = this.dueMs(head) - now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), Math.min(Math.ceil(waitMs), timerMsMax));
        return;
      }
      this.release(head);
    }
  }

  private hold(): void {
    // What stands before a held message is held already.
    for (let at = this.queue.length - 1; at >= 0; at--) {
      const queued = this.queue[at];
      if (queued === undefined || queued.held) return;
      queued.held = true;
      if (queued.item.kind === 'frame') this.link.traffic.held += 1;
    }
  }

  private swallow(): void {
    const lost = this.queue.filter(({ item }) => item.kind === 'frame').length;
    this.link.traffic.dropped += lost;
    this.link.traffic.reset += 1;
    this.outlet.reset();
  }

  /** The rule of this moment counts, not that of the arrival: what a slow link still has leaves at once when healed. */
  private dueMs(head: Queued): number {
    const { delayMs, jitterMs, bytesPerSecond } = this.link.rule;
    const arrivesMs = head.arrivedMs + delayMs + head.luck * jitterMs;
    if (bytesPerSecond === null || arrivesMs > now()) return arrivesMs;
    head.sentMs ??= this.link.transmit(head.bytes, bytesPerSecond, now());
    return head.sentMs;
  }

  private release(head: Queued): void {
    const { rule, traffic, prng } = this.link;
    if (head.item.kind === 'frame' && rule.resetRatio > 0 && prng.chance(rule.resetRatio))
      return this.swallow();
    this.queue.shift();
    this.queuedBytes -= head.bytes;
    if (head.item.kind === 'frame') {
      traffic.passed += 1;
      traffic.bytes += head.bytes;
      if (rule.delayMs + rule.jitterMs > 0 || head.sentMs !== undefined) traffic.delayed += 1;
    }
    this.isBlocked = !this.outlet.deliver(head.item);
    if (this.queuedBytes <= queuedBytesMax) this.outlet.backPressure(false);
  }
}
