/**
 * Messages that travel as requests of their own (`carried` in nodes/kernel/model.ts), as in the real host: the request
 * crosses the link to the peer, which takes it like a client's; the answer crosses the link back. Either may be lost,
 * late or doubled by what the links do; each message ends once, by its answer or by null.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel } from '../../nodes/kernel/model.ts';
import type { WireAnswer, WireRequest } from '../../nodes/kernel/wire.ts';
import type { WireOutcome } from '../world.ts';
import type { SimHost } from './host.ts';
import type { SimNetwork } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface CarrierParts {
  /** What a node speaks. */
  readonly modelOf: (node: NodeId) => NodeModel;
  readonly network: SimNetwork;
  readonly scheduler: Scheduler;
  /** Undefined for a node that is not there. */
  readonly hostOf: (node: NodeId) => SimHost | undefined;
  /** Hands a request to a node as if a client had asked; calls back once, if at all. */
  readonly arrive: (host: SimHost, request: WireRequest, back: (outcome: WireOutcome) => void) => void;
}

/** How long the real host waits, too. */
const timeoutUs = 1_000_000;

export class SimCarrier {
  private readonly parts: CarrierParts;

  constructor(parts: CarrierParts) {
    this.parts = parts;
  }

  /** False for a message that goes as a message. */
  takes(from: NodeId, to: NodeId, message: unknown): boolean {
    const request = this.parts.modelOf(from).carried?.(message) ?? null;
    if (request !== null) this.ask(from, to, message, request);
    return request !== null;
  }

  private ask(from: NodeId, to: NodeId, message: unknown, request: WireRequest): void {
    const { network, scheduler, hostOf, arrive } = this.parts;
    const end = this.endOf(from, to, message);
    const back = (answer: WireAnswer | null): void => {
      network.dispatch(to, from, answer, () => end(answer));
    };
    scheduler.after(timeoutUs, () => end(null));
    network.dispatch(from, to, request, () => {
      const host = hostOf(to);
      if (host !== undefined) arrive(host, request, (outcome) => back(answerOf(outcome)));
    });
  }

  /** Tells the core that sent the message how it ended: the first time, and no core that came after it. */
  private endOf(from: NodeId, to: NodeId, message: unknown): (answer: WireAnswer | null) => void {
    const { modelOf, hostOf } = this.parts;
    const model = modelOf(from);
    const sender = hostOf(from);
    const incarnation = sender?.incarnation;
    let isOver = false;
    return (answer) => {
      if (isOver) return;
      isOver = true;
      if (sender?.incarnation !== incarnation) return;
      const told = model.answered?.(message, answer) ?? null;
      if (told !== null) sender?.message(to, told);
    };
  }
}

/** A connection that was refused or broke is no answer, but news of it travels like one. */
function answerOf(outcome: WireOutcome): WireAnswer | null {
  if (outcome.kind !== 'answer' || outcome.body === undefined) return null;
  return { status: outcome.status, body: outcome.body };
}
