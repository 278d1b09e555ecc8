/**
 * The proxy: it takes each request to a node that should answer it, and the answer back. Writes go to the leader, reads
 * where `reads` says. An attempt that was refused is made elsewhere; one whose outcome is unknown, too, if that is safe:
 * reads always, writes only with a Request-Id that nodes recognise (Ongaro §6.3). Whoever asks is answered in the end.
 */
import { assert, assertNever } from '../kernel/assert.ts';
import type { NodeId, RequestId } from '../kernel/ids.ts';
import type { CoreInit } from '../kernel/model.ts';
import { Outbox } from '../kernel/outbox.ts';
import type { Effects, NodeEvent, Now, ProtocolCore } from '../kernel/protocol.ts';
import { errorAnswer, type WireAnswer, type WireRequest } from '../kernel/wire.ts';
import { meaningOf } from './answers.ts';
import { rulesOf } from './bugs.ts';
import { Lanes, nextId, type Lane } from './lanes.ts';
import type { Message, ProxyProtocol, Request, Status, Timer } from './messages.ts';
import { NodesKnown } from './nodesKnown.ts';
import { parseOptions, type ProxyOptions } from './options.ts';
import type { Rules } from './rules.ts';

/** A client who waits. */
interface Open {
  readonly id: RequestId;
  readonly isRead: boolean;
  readonly request: WireRequest;
  readonly lane: Lane | null;
  readonly sinceMs: number;
  /** The attempt that is awaited; null in a pause. */
  attempt: number | null;
  /** When the attempt counts as unclear, or the pause is over. */
  dueMs: number;
  /** Attempts that came to nothing. */
  failures: number;
  /** Some attempt may have been taken. */
  isUnclear: boolean;
  /** Who leads, as the last refusal said. */
  hint: NodeId | null;
}

/** So many clients wait at most: who comes later is refused. */
const openMax = 256;
const pauseMinMs = 5;
const pauseMaxMs = 80;

export class ProxyCore implements ProtocolCore<ProxyProtocol> {
  private readonly self: NodeId;
  private readonly options: ProxyOptions;
  private readonly rules: Rules;
  private readonly nodes: readonly NodeId[];
  private readonly known: NodesKnown;
  private readonly incarnation: number;
  /** Made as soon as the time is known: at the start. */
  private lanes: Lanes | undefined;
  private readonly out = new Outbox<ProxyProtocol>();
  private readonly open = new Map<RequestId, Open>();
  /** Attempts under way, also of requests that are answered by now. */
  private readonly attempts = new Map<number, { readonly node: NodeId; readonly id: RequestId }>();
  private readonly polled = new Set<NodeId>();
  private lastAttempt = 0;
  private nowMs = 0;
  /** When the sweep is set to come; null when it is not. */
  private sweepMs: number | null = null;

  constructor({ self, peers, options, bug, incarnation }: CoreInit<ProxyProtocol>) {
    assert(incarnation !== undefined, 'a proxy makes ids of its own, which no other life of it may use');
    this.self = self;
    this.options = parseOptions(options);
    this.rules = rulesOf(bug);
    this.nodes = peers;
    this.known = new NodesKnown(peers, this.rules);
    this.incarnation = incarnation;
  }

  step(event: NodeEvent<ProxyProtocol>, now: Now): Effects<ProxyProtocol> {
    this.nowMs = now.monotonicMs;
    switch (event.kind) {
      case 'start':
        this.lanes = new Lanes(this.self, this.incarnation, now.wallMs);
        this.poll();
        break;
      case 'message':
        this.onMessage(event.from, event.message);
        break;
      case 'request':
        this.onRequest(event.id, event.request);
        break;
      case 'timeout':
        this.onTimeout(event.timer);
        break;
      default:
        assertNever(event);
    }
    return this.out.drain();
  }

  status(): Status {
    const { leading, latestTerm } = this.known;
    return {
      role: 'proxy',
      leader: leading?.leader ?? null,
      term: leading?.term ?? 0,
      latestTerm,
      open: this.open.size,
    };
  }

  private onMessage(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'answered':
        this.onAnswered(message.attempt, message.answer);
        return;
      case 'leads':
        this.polled.delete(from);
        if (message.said !== null) this.known.heard(message.said);
        return;
      // These are asked as requests of the nodes' own clients, and nobody asks a proxy so.
      case 'pass-on':
      case 'who-leads':
        return;
      default:
        assertNever(message);
    }
  }

  private onRequest(id: RequestId, asked: Request): void {
    if (asked.type === 'malformed') {
      this.out.reply(id, errorAnswer('malformed-request', asked.why, { problems: [asked.why] }));
      return;
    }
    if (this.open.size >= openMax) {
      this.out.reply(id, errorAnswer('temporarily-unavailable', 'too many requests wait'));
      return;
    }
    const { isRead, request } = asked;
    const lane = isRead || request.requestId !== undefined ? null : (this.lanes?.take() ?? null);
    const open: Open = {
      id,
      isRead,
      request: lane === null ? request : { ...request, requestId: nextId(lane) },
      lane,
      sinceMs: this.nowMs,
      attempt: null,
      dueMs: this.nowMs,
      failures: 0,
      isUnclear: false,
      hint: null,
    };
    this.open.set(id, open);
    this.tryAgain(open);
  }

  private onTimeout(timer: Timer): void {
    if (timer === 'poll') this.poll();
    else this.sweep();
  }

  /** Asks every node that owes no answer who leads. */
  private poll(): void {
    for (const node of this.nodes) {
      if (this.polled.has(node)) continue;
      this.polled.add(node);
      this.out.send(node, { type: 'who-leads' });
    }
    this.out.setTimer('poll', this.options.pollMs);
  }

  /** Makes the next attempt, or waits until a node is free. */
  private tryAgain(open: Open): void {
    const { known, options } = this;
    const node = open.hint ?? (open.isRead ? known.reader(options.reads, this.nowMs) : known.leader());
    open.hint = null;
    if (node === null || !known.isFree(node)) {
      this.pause(open);
      return;
    }
    open.attempt = ++this.lastAttempt;
    this.attempts.set(open.attempt, { node, id: open.id });
    known.sent(node, 1);
    this.out.send(node, {
      type: 'pass-on',
      attempt: open.attempt,
      request: this.rules.passedOn(open.request),
    });
    this.wakeAt(open, this.nowMs + options.attemptMs);
  }

  private onAnswered(number: number, answer: WireAnswer | null): void {
    const attempt = this.attempts.get(number);
    if (attempt === undefined) return;
    this.attempts.delete(number);
    const { node, id } = attempt;
    this.known.sent(node, -1);
    if (answer === null) this.known.failed(node, this.nowMs);
    else this.known.answered(node);
    const open = this.open.get(id);
    if (open === undefined) return;
    const meaning = meaningOf(answer);
    // Also an answer that comes after the next attempt was made is that of the one request.
    if (meaning.kind === 'final') this.answer(open, meaning.answer);
    else if (open.attempt !== number) return;
    else if (meaning.kind === 'refused') this.onRefused(open, node, meaning.leader);
    else this.onUnclear(open);
  }

  private onRefused(open: Open, node: NodeId, leader: NodeId | null): void {
    open.failures += 1;
    const isElsewhere = leader !== null && leader !== node && this.nodes.includes(leader);
    if (isElsewhere) open.hint = leader;
    else this.known.failed(node, this.nowMs);
    // Two nodes that take each other for the leader must not be asked in a tight loop.
    if (isElsewhere && open.failures === 1) this.tryAgain(open);
    else this.pause(open);
    this.poll();
  }

  /** Nobody knows what became of the attempt that was awaited. */
  private onUnclear(open: Open): void {
    open.failures += 1;
    open.isUnclear = true;
    this.poll();
    if (open.isRead || this.rules.mayResend(open.request, this.options.resend)) {
      this.out.probe('attempt-repeated');
      this.pause(open);
    } else this.giveUp(open);
  }

  private pause(open: Open): void {
    open.attempt = null;
    const pauseMs = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(10, open.failures));
    this.wakeAt(open, this.nowMs + pauseMs);
  }

  /** Looks again at this request by then at the latest, whatever happens. */
  private wakeAt(open: Open, atMs: number): void {
    open.dueMs = Math.min(atMs, open.sinceMs + this.options.patienceMs);
    if (this.sweepMs !== null && this.sweepMs <= open.dueMs) return;
    this.sweepMs = open.dueMs;
    // Whole milliseconds, upwards: a timer that comes a hair too early would come for ever.
    this.out.setTimer('sweep', Math.max(1, Math.ceil(open.dueMs - this.nowMs)));
  }

  private sweep(): void {
    this.sweepMs = null;
    for (const open of [...this.open.values()]) {
      if (open.dueMs > this.nowMs) this.wakeAt(open, open.dueMs);
      else this.onDue(open);
    }
  }

  /** The pause is over, or the attempt, or the patience. */
  private onDue(open: Open): void {
    const isOver = this.nowMs - open.sinceMs >= this.options.patienceMs;
    const awaited = open.attempt === null ? undefined : this.attempts.get(open.attempt);
    if (awaited !== undefined) {
      this.known.failed(awaited.node, this.nowMs);
      open.isUnclear = true;
    }
    if (isOver) this.giveUp(open);
    else if (awaited === undefined) this.tryAgain(open);
    else this.onUnclear(open);
  }

  private giveUp(open: Open): void {
    const name = open.isRead ? 'temporarily-unavailable' : this.rules.errorOfWrite(open.isUnclear);
    const why = open.isUnclear
      ? `${this.self} heard nothing clear in time`
      : `${this.self} found nobody to do it`;
    this.answer(open, errorAnswer(name, why));
  }

  private answer(open: Open, answer: WireAnswer): void {
    this.open.delete(open.id);
    if (open.lane !== null) this.lanes?.giveBack(open.lane);
    this.out.reply(open.id, answer);
  }
}
