/**
 * A directed link: all that one node says to another. Its messages travel on two kinds of streams: the requests on the
 * connections that the first node opened, and the answers on the connections that the second one opened. One rule
 * holds for all of them.
 *
 *   link n1 → n2  =  requests n1 sends to n2  +  answers n1 gives to requests of n2
 */
import type { NodeId } from '../../../nodes/kernel/ids.ts';
import type { Prng } from '../../../nodes/kernel/prng.ts';
import { openLink, type LinkRule } from '../../world.ts';

/** What a link has done so far, in messages. A fault that changed none of these had no effect. */
export interface LinkTraffic {
  readonly from: NodeId;
  readonly to: NodeId;
  /** Delivered, late ones included. */
  readonly passed: number;
  /** Had to wait for a `hold` to end. */
  readonly held: number;
  /** Swallowed by `drop`, `reset`, `refuse` or a reset ratio. */
  readonly dropped: number;
  /** Delivered late by a delay, a jitter or a bandwidth. */
  readonly delayed: number;
  /** Delivered a second time. */
  readonly duplicated: number;
  /** Connections that the link reset or refused. */
  readonly reset: number;
  readonly bytes: number;
}

/** Reacts to a new rule of its link: a stream of messages, or a listener. */
export interface RuleWatcher {
  onRule(): void;
}

export class DirectedLink {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly prng: Prng;
  readonly traffic: { -readonly [Count in keyof LinkTraffic]: LinkTraffic[Count] };
  private current: LinkRule = openLink;
  /** When the last message that was sent at limited bandwidth has left; shared by all streams of the link. */
  private busyUntilMs = 0;
  private readonly watchers = new Set<RuleWatcher>();

  constructor(from: NodeId, to: NodeId, prng: Prng) {
    this.from = from;
    this.to = to;
    this.prng = prng;
    this.traffic = {
      from,
      to,
      passed: 0,
      held: 0,
      dropped: 0,
      delayed: 0,
      duplicated: 0,
      reset: 0,
      bytes: 0,
    };
  }

  get rule(): LinkRule {
    return this.current;
  }

  /** In force for every message that has not been delivered yet. */
  set(rule: LinkRule): void {
    this.current = rule;
    if (rule.bytesPerSecond === null) this.busyUntilMs = 0;
    for (const watcher of [...this.watchers]) watcher.onRule();
  }

  watch(watcher: RuleWatcher): void {
    this.watchers.add(watcher);
  }

  unwatch(watcher: RuleWatcher): void {
    this.watchers.delete(watcher);
  }

  /** Takes the line for `bytes` and says when they have left. Only under a bandwidth limit. */
  transmit(bytes: number, bytesPerSecond: number, nowMs: number): number {
    this.busyUntilMs = Math.max(this.busyUntilMs, nowMs) + (bytes * 1000) / bytesPerSecond;
    return this.busyUntilMs;
  }
}

/** Whether a connection may not even be opened while this rule is in force. */
export function closesConnections(rule: LinkRule): boolean {
  return rule.mode === 'reset' || rule.mode === 'refuse';
}
