/**
 * Has the system recovered? Every node is asked to read a key that no workload uses, until each has answered: with a
 * value or its absence, or by naming the node that leads (which has to answer, too). Not part of the history.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import { meaningOf } from './meaning.ts';
import { toWire, type ApiProfile } from './profile.ts';
import type { Action } from './workload.ts';
import type { WireOutcome } from './world.ts';

export interface RecoveryOptions {
  readonly nodes: readonly NodeId[];
  readonly profile: ApiProfile;
  /** Asks a node; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
}

const probe: Action = { kind: 'read', key: 'recovery-probe' };
const probeTimeoutMs = 500;

export class Recovery {
  private readonly options: RecoveryOptions;
  private readonly unready: Set<NodeId>;
  private readonly open = new Map<number, NodeId>();

  constructor(options: RecoveryOptions) {
    this.options = options;
    // A service without reads cannot be asked; its final reads say what there is to say.
    this.unready = new Set(options.profile.operations.read === undefined ? [] : options.nodes);
  }

  get recovered(): boolean {
    return this.unready.size === 0;
  }

  /** The nodes that have not answered yet. */
  get missing(): readonly NodeId[] {
    return [...this.unready];
  }

  /** Asks the nodes that have not answered. The time of the next round. */
  poll(nowNs: number): number {
    const waiting = new Set(this.open.values());
    for (const node of this.unready) {
      if (waiting.has(node)) continue;
      const request = toWire(this.options.profile, probe);
      this.open.set(this.options.send(node, request, probeTimeoutMs), node);
    }
    return nowNs + 50e6;
  }

  /** Whether this outcome belonged to a probe, and was taken. */
  onOutcome(id: number, outcome: WireOutcome): boolean {
    const node = this.open.get(id);
    if (node === undefined) return false;
    this.open.delete(id);
    const meaning = meaningOf(this.options.profile, probe, outcome);
    const namesLeader = meaning.kind === 'refused' && meaning.leader !== node && meaning.leader !== undefined;
    if (meaning.kind === 'ok' || namesLeader) this.unready.delete(node);
    return true;
  }
}
