/**
 * Who belongs to a cluster while faults change that: whom they want in it, who is a member as far as the cluster has
 * confirmed it, and which nodes have to run meanwhile. Pure bookkeeping; harness/memberChanges.ts asks the cluster.
 *
 *   new node ──runs──▶ outside ──add──▶ member ──remove──▶ outside ──for good──▶ gone
 *
 * Invariants: a node has a name of its own for ever, so an empty disk never comes back under the name of a full one. One
 * disk may be lost at a time, and until that member is replaced nobody else leaves: a majority of those who know
 * everything is always left.
 */
import { nodeId, nodeNumber, type NodeId } from '../nodes/kernel/ids.ts';
import type { MemberEffect, MembershipView } from './faults/fault.ts';

/** What is known of a node. `unclear`: a change is being asked for, or nobody knows whether it happened. */
export type Standing = 'member' | 'outside' | 'unclear';

/** A change that the cluster has still to be asked for. */
export interface DueChange {
  readonly kind: 'add' | 'remove';
  readonly node: NodeId;
}

/** Links connect every pair: a long run must not grow without bound. */
const nodesMax = 25;

export class Population {
  private readonly isFixed: boolean;
  private readonly sizeAtFirst: number;
  /** Whom the faults want in the cluster. */
  private readonly wanted: Set<NodeId>;
  /** All nodes that there ever were or are to be. */
  private readonly standings: Map<NodeId, Standing>;
  /** What was known of a node before the attempt to change it that is under way. */
  private readonly before = new Map<NodeId, Standing>();
  /** Their disks are gone, and so are they. */
  private readonly lost = new Set<NodeId>();
  /** They leave, and do not come back. */
  private readonly retiring = new Set<NodeId>();
  /** What the active entries do, by entry. */
  private readonly effects = new Map<number, MemberEffect>();
  /** The entry that last concerned a node. */
  private readonly causes = new Map<NodeId, number>();
  private lastNumber: number;

  /** `isFixed`: nobody can change who belongs to this cluster. */
  constructor(nodes: readonly NodeId[], isFixed: boolean) {
    this.isFixed = isFixed;
    this.sizeAtFirst = nodes.length;
    this.wanted = new Set(nodes);
    this.standings = new Map(nodes.map((node) => [node, 'member']));
    this.lastNumber = Math.max(0, ...nodes.map(nodeNumber));
  }

  /** The nodes that have to run (faults may take them down for a while), in the order of their numbers. */
  get nodes(): readonly NodeId[] {
    const running = [...this.standings].filter(([node, standing]) => this.runs(node, standing));
    return inOrder(running.map(([node]) => node));
  }

  /** Those that belong to the cluster, once it has done all that it was asked. */
  get members(): readonly NodeId[] {
    return inOrder(this.wanted);
  }

  /** Those that belong to it as far as it has confirmed. */
  get confirmed(): readonly NodeId[] {
    return inOrder([...this.standings.keys()].filter((node) => this.lastKnown(node) === 'member'));
  }

  /** Whether the cluster has done all that it was asked. */
  get isSettled(): boolean {
    return this.unsettled.length === 0;
  }

  /** What the faults may look at; undefined where the members are fixed. */
  get view(): MembershipView | undefined {
    if (this.isFixed) return undefined;
    const effects = [...this.effects.values()];
    const concerned = new Set(effects.flatMap(({ leaves, joins }) => [leaves, joins]));
    const size = this.wanted.size;
    // Those that are there for a while do not count: they may leave before anybody comes back.
    const guests = effects.filter(({ leaves, isLasting }) => leaves === null && !isLasting).length;
    const majority = (of: number): number => Math.floor(of / 2) + 1;
    return {
      fresh: this.lastNumber < nodesMax ? nodeId(this.lastNumber + 1) : null,
      free: this.members.filter((node) => !concerned.has(node) && !this.lost.has(node)),
      mayShrink: size - guests - 1 >= majority(this.sizeAtFirst),
      mayLose: this.isSettled && !this.hasLostMember && size - 1 >= majority(size),
    };
  }

  /** An entry begins. A lost disk is replaced when its entry ends; all else happens now. */
  begin(entry: number, effect: MemberEffect): void {
    this.effects.set(entry, effect);
    const { leaves, joins, isLost } = effect;
    if (joins !== null) this.lastNumber = Math.max(this.lastNumber, nodeNumber(joins));
    if (isLost && leaves !== null) this.lost.add(leaves);
    else this.exchange(entry, effect);
  }

  /** An entry is over: what it did only for a while is undone. */
  end(entry: number): void {
    const effect = this.effects.get(entry);
    if (effect === undefined) return;
    this.effects.delete(entry);
    const { leaves, joins, isLost, isLasting } = effect;
    if (isLost) this.exchange(entry, effect);
    else if (!isLasting) this.exchange(entry, { leaves: joins, joins: leaves });
    const gone = isLasting ? leaves : joins;
    if (gone !== null) this.retiring.add(gone);
  }

  /** What the cluster should be asked for now. Several changes at a time: it has to do them one by one. */
  get dueChanges(): readonly DueChange[] {
    const due = this.unsettled.map((node): DueChange => ({
      kind: this.wanted.has(node) ? 'add' : 'remove',
      node,
    }));
    return this.hasLostMember ? due.filter(({ kind, node }) => kind === 'add' || this.lost.has(node)) : due;
  }

  /** The cluster is being asked for a change of this node: until it answers, nobody knows. */
  asked(node: NodeId): void {
    this.before.set(node, this.lastKnown(node));
    this.standings.set(node, 'unclear');
  }

  /** The cluster confirmed a change, left it open, or refused it (null). The entry that wanted it, if any. */
  heard(node: NodeId, standing: Standing | null): number | undefined {
    this.standings.set(node, standing ?? this.lastKnown(node));
    this.before.delete(node);
    return this.causes.get(node);
  }

  private lastKnown(node: NodeId): Standing {
    return this.before.get(node) ?? this.standings.get(node) ?? 'outside';
  }

  private get unsettled(): readonly NodeId[] {
    return [...this.standings]
      .filter(([node, standing]) => standing !== (this.wanted.has(node) ? 'member' : 'outside'))
      .map(([node]) => node);
  }

  private get hasLostMember(): boolean {
    return [...this.lost].some((node) => this.standings.get(node) !== 'outside');
  }

  private runs(node: NodeId, standing: Standing): boolean {
    return !this.lost.has(node) && !(this.retiring.has(node) && standing === 'outside');
  }

  private exchange(entry: number, { leaves, joins }: Pick<MemberEffect, 'leaves' | 'joins'>): void {
    if (leaves !== null) this.wanted.delete(leaves);
    if (joins !== null) {
      this.wanted.add(joins);
      if (!this.standings.has(joins)) this.standings.set(joins, 'outside');
    }
    for (const node of [leaves, joins]) if (node !== null) this.causes.set(node, entry);
  }
}

function inOrder(nodes: Iterable<NodeId>): readonly NodeId[] {
  return [...nodes].sort((left, right) => nodeNumber(left) - nodeNumber(right));
}
