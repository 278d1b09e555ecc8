/**
 * A fault is one file: how its entries of a schedule are drawn, what an entry does to the cluster while it is active,
 * and how it looks in a plot. All of it is pure. The schedule is data drawn up front from the seed; symbolic targets
 * ("the leader now") are resolved when an entry starts.
 *
 * Effects are states, not actions: a link is cut, a node paused or down, while any active entry says so
 * (harness/nemesis.ts takes the union), so the end of one entry takes back only its own effect.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Damage, LinkRule } from '../world.ts';

/** One planned fault. JSON: a schedule can be saved, edited, shrunk, and executed in either world. */
export interface ScheduleEntry {
  readonly id: number;
  /** The name of the fault: `partition`, `kill` … */
  readonly fault: string;
  /** Since the start of the run. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Drawn by the fault: shape, mode, target … */
  readonly params: { readonly [name: string]: Json };
  /** Seed of the entry's own stream, for what is resolved only when it starts. */
  readonly seed: string;
}

/** What a fault may look at when an entry starts. */
export interface ClusterView {
  readonly nodes: readonly NodeId[];
  /** The node that leads, by the highest term that any node reported; null when unknown. */
  readonly leader: NodeId | null;
  /** Absent where nobody can change who belongs to the cluster. */
  readonly membership?: MembershipView;
}

/** What a fault may know of a cluster whose members can be changed. */
export interface MembershipView {
  /** The name that a new node would have; null when there have been as many nodes as there may be. */
  readonly fresh: NodeId | null;
  /** The members that no other entry adds, takes out, or has lost. */
  readonly free: readonly NodeId[];
  /** Whether a majority of the first members is left when one more is taken out. */
  readonly mayShrink: boolean;
  /** Whether a majority that knows everything is left when one more disk is lost. */
  readonly mayLose: boolean;
}

/** Who leaves the cluster, and who joins it. */
export interface MemberEffect {
  readonly leaves: NodeId | null;
  readonly joins: NodeId | null;
  /** For good; else only while the entry is active. */
  readonly isLasting: boolean;
  /** The one that leaves is gone with its disk at once; it is replaced when the entry ends. */
  readonly isLost: boolean;
}

/** How a node goes down: SIGKILL, SIGTERM, or a loss of power that damages what was not synced. */
export type Downing = 'kill' | 'stop' | Damage;

/** What an active entry wants of the cluster. */
export interface FaultEffect {
  readonly down?: readonly { readonly node: NodeId; readonly by: Downing }[];
  readonly paused?: readonly NodeId[];
  /** Wall clocks that are wrong by so much, and by so much more with every step of a drift. */
  readonly clocks?: readonly { readonly node: NodeId; readonly offsetMs: number; readonly driftMs: number }[];
  readonly links?: readonly {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly rule: Partial<LinkRule>;
  }[];
  readonly members?: MemberEffect;
  /** The symbolic target and what it resolved to, for the history: `{target: "leader", nodes: ["n3"]}`. */
  readonly resolved: { readonly [name: string]: Json };
}

/** A target that does not exist now: no leader is known, or a cut of one node. */
export interface Unavailable {
  readonly unavailable: string;
  /** It may exist soon: the entry is worth a short wait. */
  readonly isWorthAWait?: boolean;
}

/** The answer of every target that needs a leader while none is known. */
export const noLeaderKnown: Unavailable = { unavailable: 'no leader is known', isWorthAWait: true };

/** What an entry's parameters are drawn for. */
export interface DrawOptions {
  readonly nodes: readonly NodeId[];
  /** Forces the target: the default schedule aims at the leader at least once. */
  readonly aim?: 'leader';
  /** Whether requests may be delivered twice; only to reference models, since TCP never does it. */
  readonly duplicates?: boolean;
}

/** Parameters that no draw can have made; a schedule was edited by hand. */
export class MalformedEntry extends Error {
  override name = 'MalformedEntry';
}

export interface Fault {
  readonly name: string;
  readonly meaning: string;
  /** Colour and label of its band in plots. */
  readonly plot: { readonly color: string; readonly label: string };
  /** How long an entry lasts, as a range of shares of the mean interval between faults. */
  readonly lasts: { readonly min: number; readonly max: number };
  draw(prng: Prng, options: DrawOptions): ScheduleEntry['params'];
  /** The effect of an entry, resolved when it starts. `params` may come from an edited schedule: they are checked. */
  effect(params: ScheduleEntry['params'], view: ClusterView, prng: Prng): FaultEffect | Unavailable;
}
