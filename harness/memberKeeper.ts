/**
 * Has the cluster change its members as the faults want it: looks now and then at what is due, asks, and tells the
 * nemesis what became of it. At the end of a run it gives up when the cluster does not get its members back in time.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { MembershipRequests } from '../nodes/kernel/model.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import { MemberChanges } from './memberChanges.ts';
import type { Nemesis, NemesisStep } from './nemesis.ts';
import type { WireOutcome } from './world.ts';

export interface MemberKeeperOptions {
  readonly requests: MembershipRequests;
  readonly nemesis: Pick<Nemesis, 'dueChanges' | 'asked' | 'changed' | 'giveUp'>;
  /** Asks a node; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
}

export class MemberKeeper {
  /** When to call `poll`; null while nothing is due. */
  nextNs: number | null = null;
  private readonly nemesis: MemberKeeperOptions['nemesis'];
  private readonly changes: MemberChanges;
  private deadlineNs = Infinity;

  constructor({ requests, nemesis, send }: MemberKeeperOptions) {
    this.nemesis = nemesis;
    this.changes = new MemberChanges({ requests, send, onAsked: (node) => nemesis.asked(node) });
  }

  /** The run is over: whatever is not put back by then is given up. */
  finishBy(deadlineNs: number): void {
    this.deadlineNs = deadlineNs;
  }

  /** Something may have become due. */
  look(nowNs: number): void {
    if (this.nextNs === null && this.nemesis.dueChanges.length > 0) this.nextNs = nowNs;
  }

  /** Asks for what is due; what follows if it is too late for that. */
  poll(
    known: { readonly nodes: readonly NodeId[]; readonly leader: NodeId | null },
    nowNs: number,
  ): NemesisStep {
    if (nowNs >= this.deadlineNs) {
      this.nextNs = null;
      return this.nemesis.giveUp();
    }
    this.nextNs = this.changes.poll(this.nemesis.dueChanges, known, nowNs);
    return { actions: [], events: [] };
  }

  /** What follows from an outcome; null if it belongs to somebody else. */
  onOutcome(id: number, outcome: WireOutcome): NemesisStep | null {
    const change = this.changes.onOutcome(id, outcome);
    return change === undefined ? null : this.nemesis.changed(change.node, change.standing);
  }
}
