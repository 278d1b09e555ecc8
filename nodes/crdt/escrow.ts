/**
 * Rights that are elsewhere (Balegas et al. 2015, §4.2): a client that wants to take more than this replica has rights
 * for waits while the others are asked. Who is asked gives what is lacking, as far as it can, and tells all that it knows
 * of the counter. A lost message loses no rights: a gift is part of the giver's state, and travels with that, too.
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import { nodeNumber } from '../kernel/ids.ts';
import type { Outbox } from '../kernel/outbox.ts';
import {
  boundedCounter,
  granting,
  lacksRights,
  rightsOf,
  type BoundedCounterState,
} from './boundedCounter.ts';
import type { CrdtProtocol, Message } from './messages.ts';
import type { Objects } from './objects.ts';
import { netOf } from './pnCounter.ts';
import type { Refusal } from './dataType.ts';
import type { Rules } from './rules.ts';

/** How long a client waits for rights; less than clients wait for answers. */
const patienceMs = 250;
/** More clients than these are refused at once. */
const waitingMax = 1000;

interface Waiting {
  readonly key: string;
  readonly amount: number;
  readonly deadlineMs: number;
  /** The peers that have not answered yet. */
  readonly asked: Set<NodeId>;
}

export interface EscrowParts {
  readonly self: number;
  readonly peers: readonly NodeId[];
  readonly objects: Objects;
  readonly rules: Rules;
  readonly out: Outbox<CrdtProtocol>;
  /** Takes the amount if the rights are there by now, and answers; else false. */
  retry(id: RequestId, key: string, amount: number): boolean;
}

export class Escrow {
  private readonly parts: EscrowParts;
  /** In the order of their deadlines. */
  private readonly waiting = new Map<RequestId, Waiting>();

  constructor(parts: EscrowParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** The client waits; nothing was taken, and nothing will be unless the rights come. */
  park(id: RequestId, key: string, amount: number, nowMs: number): void {
    const { peers, out } = this.parts;
    if (this.waiting.size >= waitingMax || peers.length === 0) {
      out.reply(id, { type: 'refused', ...this.reasonFor(key, amount) });
      return;
    }
    if (this.waiting.size === 0) out.setTimer('patience', patienceMs);
    this.waiting.set(id, { key, amount, deadlineMs: nowMs + patienceMs, asked: new Set(peers) });
    for (const peer of peers)
      out.send(peer, { type: 'rights-wanted', key, amount, state: this.stateOf(key) });
    out.probe('rights-asked');
  }

  /** Gives what the other lacks, if there is as much, and tells what it knows in any case. */
  onWanted(from: NodeId, { key, amount, state }: Extract<Message, { type: 'rights-wanted' }>): void {
    const { self, objects, rules, out } = this.parts;
    objects.absorb([[key, state]]);
    const known = this.stateOf(key);
    const taker = nodeNumber(from) - 1;
    const gift = granting(known, self, taker, amount - rightsOf(known, taker));
    if (gift === null) {
      out.send(from, { type: 'rights', key, state: known });
      return;
    }
    const after = boundedCounter.merge(known, gift);
    if (rules.recordsGifts) objects.take(key, after, gift);
    out.send(from, { type: 'rights', key, state: after });
    out.probe('rights-given');
  }

  onRights(from: NodeId, { key, state }: Extract<Message, { type: 'rights' }>): void {
    this.parts.objects.absorb([[key, state]]);
    for (const [id, waiting] of this.waiting) {
      if (waiting.key !== key) continue;
      waiting.asked.delete(from);
      if (this.parts.retry(id, key, waiting.amount)) this.waiting.delete(id);
      else if (waiting.asked.size === 0) this.giveUp(id, waiting);
    }
  }

  /** Nobody waits for ever. */
  onPatience(nowMs: number): void {
    for (const [id, waiting] of this.waiting) {
      if (waiting.deadlineMs > nowMs) {
        this.parts.out.setTimer('patience', Math.ceil(waiting.deadlineMs - nowMs));
        return;
      }
      if (this.parts.retry(id, waiting.key, waiting.amount)) this.waiting.delete(id);
      else this.giveUp(id, waiting);
    }
  }

  private giveUp(id: RequestId, { key, amount }: Waiting): void {
    this.waiting.delete(id);
    this.parts.out.reply(id, { type: 'refused', ...this.reasonFor(key, amount) });
  }

  private reasonFor(key: string, amount: number): Refusal {
    const left = netOf(this.stateOf(key));
    if (left >= amount) return lacksRights;
    return { error: 'precondition-failed', why: `only ${left} are there, as far as this replica knows` };
  }

  /** Nobody asks for rights unless the objects are bounded counters. */
  private stateOf(key: string): BoundedCounterState {
    return this.parts.objects.stateOf(key) as BoundedCounterState;
  }
}
