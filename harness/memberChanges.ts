/**
 * Asks the cluster for the changes of its members that the faults want, again and again until it confirms them: whoever
 * leads is asked, and refuses while another change is going on. Not part of the history; what was confirmed is.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { MembershipRequests } from '../nodes/kernel/model.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import type { DueChange, Standing } from './population.ts';
import type { WireOutcome } from './world.ts';

export interface MemberChangesOptions {
  readonly requests: MembershipRequests;
  /** Asks a node; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
  /** A change of this node is being asked for. */
  readonly onAsked: (node: NodeId) => void;
}

/** What became of an attempt; `standing` is null when it certainly came to nothing. */
export interface ChangeOutcome {
  readonly node: NodeId;
  readonly standing: Standing | null;
}

interface Attempt {
  readonly change: DueChange;
  readonly asked: NodeId;
}

/** Longer than a new node takes to catch up, or a deposed leader to notice. */
const attemptTimeoutMs = 3000;
const pauseMs = 100;

export class MemberChanges {
  private readonly options: MemberChangesOptions;
  private readonly open = new Map<number, Attempt>();
  /** Who leads, as a node that was asked said; null when nobody said, or that one failed. */
  private hint: NodeId | null = null;
  private turn = 0;

  constructor(options: MemberChangesOptions) {
    this.options = options;
  }

  /** Asks for what is due and not asked for already. The time of the next round; null when nothing is due. */
  poll(
    due: readonly DueChange[],
    { nodes, leader }: { readonly nodes: readonly NodeId[]; readonly leader: NodeId | null },
    nowNs: number,
  ): number | null {
    if (due.length === 0) return null;
    const waiting = new Set([...this.open.values()].map(({ change }) => change.node));
    const known = [this.hint, leader].find((node) => node !== null && nodes.includes(node));
    for (const change of due) {
      if (waiting.has(change.node)) continue;
      const asked = known ?? nodes[this.turn++ % nodes.length];
      if (asked === undefined) break;
      const request = this.options.requests[change.kind](change.node);
      this.open.set(this.options.send(asked, request, attemptTimeoutMs), { change, asked });
      this.options.onAsked(change.node);
    }
    return nowNs + pauseMs * 1e6;
  }

  /** What this outcome means; undefined if it belongs to somebody else. */
  onOutcome(id: number, outcome: WireOutcome): ChangeOutcome | undefined {
    const attempt = this.open.get(id);
    if (attempt === undefined) return undefined;
    this.open.delete(id);
    const { kind, node } = attempt.change;
    if (outcome.kind === 'answer' && outcome.status === 200) {
      return { node, standing: kind === 'add' ? 'member' : 'outside' };
    }
    const leader = outcome.kind === 'answer' ? leaderIn(outcome) : null;
    this.hint = leader === attempt.asked ? null : leader;
    return { node, standing: isRefusal(outcome) ? null : 'unclear' };
  }
}

function leaderIn({ body }: Extract<WireOutcome, { kind: 'answer' }>): NodeId | null {
  const { leader } = fieldsOf(body);
  return typeof leader === 'string' ? (leader as NodeId) : null;
}

/** Whether nothing was started: sent elsewhere, or not now (nodes/kernel/errors.ts). */
function isRefusal(outcome: WireOutcome): boolean {
  if (outcome.kind === 'refused') return true;
  if (outcome.kind !== 'answer') return false;
  const { code } = fieldsOf(outcome.body);
  return outcome.status === 421 || outcome.status === 400 || code === 11;
}

function fieldsOf(body: unknown): { readonly leader?: unknown; readonly code?: unknown } {
  return typeof body === 'object' && body !== null ? body : {};
}
