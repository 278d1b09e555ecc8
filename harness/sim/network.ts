/**
 * The simulated network: one directed link for every ordered pair of nodes. Messages are lost, late, duplicated and
 * reordered as the run's network personality has it, on top of the rule that a fault sets on the link. Every link draws
 * from its own stream, so that a fault on one moves nothing on another.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import { type LinkRule, openLink } from '../world.ts';
import { type Latency, drawUs } from './latency.ts';
import type { Scheduler } from './scheduler.ts';

export interface NetworkPersonality {
  readonly latency: Latency;
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** Whether each link delivers in order, like a connection; else every message travels alone. */
  readonly ordered: boolean;
}

export type Deliver = (from: NodeId, to: NodeId, message: unknown) => void;

/** What travels, and what happens when it arrives. */
interface Parcel {
  readonly content: unknown;
  readonly arrive: () => void;
}

interface Link {
  rule: LinkRule;
  readonly prng: Prng;
  /** Stalled by a rule of mode `hold`, in order. */
  held: Parcel[];
  /** Until when earlier bytes occupy a link of limited bandwidth. */
  busyUntilUs: number;
  /** When the last message of an ordered link arrives. */
  lastArrivalUs: number;
}

export class SimNetwork {
  private readonly links = new Map<NodeId, Map<NodeId, Link>>();
  private readonly scheduler: Scheduler;
  private readonly personality: NetworkPersonality;
  private readonly prng: Prng;
  private readonly deliver: Deliver;
  /** Messages that a rule held, dropped or reset: whether cuts met any traffic. */
  cutCount = 0;

  constructor(scheduler: Scheduler, personality: NetworkPersonality, prng: Prng, deliver: Deliver) {
    this.scheduler = scheduler;
    this.personality = personality;
    this.prng = prng;
    this.deliver = deliver;
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    this.dispatch(from, to, message, () => this.deliver(from, to, message));
  }

  /** Sends what is no message of a core; `arrive` is called each time that it arrives. */
  dispatch(from: NodeId, to: NodeId, content: unknown, arrive: () => void): void {
    const link = this.link(from, to);
    const parcel: Parcel = { content, arrive };
    const { prng, rule } = link;
    const { lossRatio, duplicateRatio } = this.personality;
    if (lossRatio > 0 && prng.chance(lossRatio)) return;
    if (rule.resetRatio > 0 && prng.chance(rule.resetRatio)) return;
    this.carry(link, parcel);
    if (duplicateRatio > 0 && prng.chance(duplicateRatio)) this.carry(link, parcel);
    if (rule.duplicateRatio > 0 && prng.chance(rule.duplicateRatio)) this.carry(link, parcel);
  }

  /** Changes what a link does. What it held leaves now if it passes again, and is lost if it is reset. */
  setRule(from: NodeId, to: NodeId, rule: LinkRule): void {
    const link = this.link(from, to);
    link.rule = rule;
    if (rule.mode === 'hold') return;
    const held = link.held;
    link.held = [];
    if (rule.mode === 'pass') for (const parcel of held) this.carry(link, parcel);
  }

  private carry(link: Link, parcel: Parcel): void {
    const atUs = this.arrivalUs(link, parcel.content);
    this.scheduler.at(atUs, () => {
      this.arrive(link, parcel);
    });
  }

  /** The rule counts when a message arrives: a cut also takes what is under way. */
  private arrive(link: Link, parcel: Parcel): void {
    const { mode } = link.rule;
    if (mode === 'pass') {
      parcel.arrive();
      return;
    }
    this.cutCount++;
    if (mode === 'hold') link.held.push(parcel);
  }

  private arrivalUs(link: Link, content: unknown): number {
    const { prng, rule } = link;
    const { nowUs } = this.scheduler;
    let atUs = nowUs + drawUs(this.personality.latency, prng);
    if (rule.delayMs > 0) atUs += Math.round(rule.delayMs * 1000);
    if (rule.jitterMs > 0) atUs += prng.int(0, Math.round(rule.jitterMs * 1000) + 1);
    if (rule.bytesPerSecond !== null) {
      const bytes = JSON.stringify(content).length;
      link.busyUntilUs = Math.max(link.busyUntilUs, nowUs) + Math.ceil((bytes * 1e6) / rule.bytesPerSecond);
      atUs += link.busyUntilUs - nowUs;
    }
    if (this.personality.ordered) {
      atUs = Math.max(atUs, link.lastArrivalUs);
      link.lastArrivalUs = atUs;
    }
    return atUs;
  }

  private link(from: NodeId, to: NodeId): Link {
    let outgoing = this.links.get(from);
    if (outgoing === undefined) this.links.set(from, (outgoing = new Map<NodeId, Link>()));
    let link = outgoing.get(to);
    if (link === undefined) {
      const prng = this.prng.fork(`${from}-${to}`);
      link = { rule: openLink, prng, held: [], busyUntilUs: 0, lastArrivalUs: 0 };
      outgoing.set(to, link);
    }
    return link;
  }
}
