/**
 * Asks every node now and then who leads; the answer with the highest term wins. What it knows aims faults at the
 * leader and is shown to people; it is not part of the history.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import type { ApiProfile } from './profile.ts';
import type { WireOutcome } from './world.ts';

export interface LeaderWatchOptions {
  readonly nodes: readonly NodeId[];
  readonly profile: ApiProfile;
  readonly pollMs: number;
  /** Who leads as long as no node tells. */
  readonly assumed?: NodeId | undefined;
  /** Asks a node; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
}

/** An answer that does not come is given up after this long. */
const pollTimeoutMs = 1000;

export class LeaderWatch {
  leader: NodeId | null = null;
  term: number | null = null;
  /** How often another node than the last known one was found to lead, and how many terms with a leader were seen. */
  changes = 0;
  elections = 0;
  private readonly options: LeaderWatchOptions;
  private nodes: readonly NodeId[];
  private readonly open = new Map<number, { node: NodeId; sentNs: number }>();
  private readonly asked = new Map<NodeId, number>();

  constructor(options: LeaderWatchOptions) {
    this.options = options;
    this.nodes = options.nodes;
    this.leader = options.assumed ?? null;
  }

  /** Nodes have come or gone. */
  setNodes(nodes: readonly NodeId[]): void {
    this.nodes = nodes;
  }

  /** Asks every node that owes no answer. The time of the next poll, or null when nodes do not tell. */
  poll(nowNs: number): number | null {
    const { profile, pollMs, send } = this.options;
    if (profile.leader === undefined) return null;
    for (const [id, { node, sentNs }] of this.open)
      if (nowNs - sentNs > 2 * pollTimeoutMs * 1e6) this.forget(id, node);
    for (const node of this.nodes) {
      if (this.asked.has(node)) continue;
      const id = send(node, profile.leader, pollTimeoutMs);
      this.open.set(id, { node, sentNs: nowNs });
      this.asked.set(node, id);
    }
    return nowNs + pollMs * 1e6;
  }

  /** Whether this outcome belonged to a poll, and was taken. */
  onOutcome(id: number, outcome: WireOutcome): boolean {
    const poll = this.open.get(id);
    if (poll === undefined) return false;
    this.forget(id, poll.node);
    if (outcome.kind === 'answer' && outcome.status === 200) this.learn(outcome.body);
    return true;
  }

  private forget(id: number, node: NodeId): void {
    this.open.delete(id);
    this.asked.delete(node);
  }

  private learn(body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    const { leader, term } = body as { leader?: unknown; term?: unknown };
    const node = this.nodes.find((known) => known === leader);
    if (node === undefined || typeof term !== 'number' || term <= (this.term ?? -1)) return;
    this.elections++;
    if (this.term !== null && this.leader !== node) this.changes++;
    this.leader = node;
    this.term = term;
  }
}
