/**
 * Has the system recovered? Every node is asked about a key that no workload uses, until each has answered: with a value
 * or its absence, or by naming the node that leads (which has to answer, too). Not part of the history.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import { meaningOf } from './meaning.ts';
import { toWire, type ApiProfile } from './profile.ts';
import type { Action, Service, Workload } from './workload.ts';
import type { WireOutcome } from './world.ts';

export interface RecoveryOptions {
  readonly nodes: readonly NodeId[];
  readonly profile: ApiProfile;
  /** What every node is asked; null where a service cannot be asked for anything. */
  readonly probe: Action | null;
  /** Asks a node; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
}

const probeKey = 'recovery-probe';
const probeTimeoutMs = 500;

/** A question that changes nothing: of the kinds that the workload asks, if it asks any, for others may be refused. */
export function probeOf({ needs }: Pick<Workload, 'needs'>, service: Service): Action | null {
  const asked = needs.find((kinds) => kinds.every((kind) => service.knows(kind))) ?? [];
  const kinds = ['read', 'count', 'stock', 'elements'] as const;
  const kind =
    kinds.find((kind) => asked.includes(kind) && service.knows(kind)) ??
    kinds.find((kind) => service.knows(kind));
  return kind === undefined ? null : { kind, key: probeKey };
}

export class Recovery {
  private readonly options: RecoveryOptions;
  private readonly unready: Set<NodeId>;
  private readonly open = new Map<number, NodeId>();

  constructor(options: RecoveryOptions) {
    this.options = options;
    // Of a service that cannot be asked, its final reads say what there is to say.
    this.unready = new Set(options.probe === null ? [] : options.nodes);
  }

  get recovered(): boolean {
    return this.unready.size === 0;
  }

  /** Nodes have come or gone: these are asked, from the beginning. */
  setNodes(nodes: readonly NodeId[]): void {
    if (this.options.probe === null) return;
    this.unready.clear();
    for (const node of nodes) this.unready.add(node);
  }

  /** The nodes that have not answered yet. */
  get missing(): readonly NodeId[] {
    return [...this.unready];
  }

  /** Asks the nodes that have not answered. The time of the next round. */
  poll(nowNs: number): number {
    const { probe, profile, send } = this.options;
    if (probe === null) return nowNs + 50e6;
    const waiting = new Set(this.open.values());
    for (const node of this.unready) {
      if (waiting.has(node)) continue;
      this.open.set(send(node, toWire(profile, probe), probeTimeoutMs), node);
    }
    return nowNs + 50e6;
  }

  /** Whether this outcome belonged to a probe, and was taken. */
  onOutcome(id: number, outcome: WireOutcome): boolean {
    const node = this.open.get(id);
    const { probe, profile } = this.options;
    if (node === undefined || probe === null) return false;
    this.open.delete(id);
    const meaning = meaningOf(profile, probe, outcome);
    const namesLeader = meaning.kind === 'refused' && meaning.leader !== node && meaning.leader !== undefined;
    if (meaning.kind === 'ok' || namesLeader) this.unready.delete(node);
    return true;
  }
}
