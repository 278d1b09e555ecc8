/**
 * The nemesis carries a schedule out: entries start and end, their effects make up the state that is wanted of the
 * cluster, and the difference to the present state becomes actions. It is pure: times and reports in, actions and
 * history events out. One batch of actions is under way at a time, so nothing races; an event is handed out when the
 * whole batch of its entry has taken effect.
 *
 * Events: `start-FAULT` and `stop-FAULT` with the entry's id and what its target resolved to, `unavailable-FAULT` when
 * the target did not exist, `members-changed` when the cluster has confirmed a change of its members, `disk-damaged`
 * when a loss of power found something unsynced, `node-exited`, and `heal`.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import { createPrng } from '../nodes/kernel/prng.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { healthy, hitsLeader, transition, unionOf, without, type ClusterState } from './clusterState.ts';
import { MalformedEntry, type Fault, type FaultEffect, type ScheduleEntry } from './faults/fault.ts';
import { damagedBy } from './faults/disk.ts';
import { describeFault } from './faultWords.ts';
import { drifted, nextDriftMs } from './faults/clock.ts';
import { faultNamed } from './faults/index.ts';
import { Population, type DueChange, type Standing } from './population.ts';
import type { ActiveFault } from './runView.ts';
import { openLink, type ClusterAction } from './world.ts';

/** An event of the nemesis, to be recorded now. */
export interface NemesisEvent {
  readonly f: string;
  readonly value: { readonly [name: string]: Json };
}

/** What follows from a report: actions to perform (report back with `performed`), and events to record now. */
export interface NemesisStep {
  readonly actions: readonly ClusterAction[];
  readonly events: readonly NemesisEvent[];
}

export interface NemesisOptions {
  readonly nodes: readonly NodeId[];
  readonly schedule: readonly ScheduleEntry[];
  /** Whether the cluster can be asked to change its members. */
  readonly changesMembers?: boolean;
}

interface PendingEvent extends NemesisEvent {
  /** Its actions alone change nothing: `members-changed` or `disk-damaged` tells later whether anything was. */
  readonly isToldLater?: boolean;
}

/** An entry at work. */
interface Active {
  readonly entry: ScheduleEntry;
  readonly effect: FaultEffect;
  readonly startMs: number;
  readonly endMs: number;
}

/** An entry waits this long for its target (a leader, members that are settled) before it counts as unavailable. */
const aimPatienceMs = 1500;

export class Nemesis {
  /** The nodes that there are, once what is under way has taken effect. */
  private nodes: readonly NodeId[];
  private isThere: readonly NodeId[];
  private readonly population: Population;
  private hasGivenUp = false;
  /** Entries that have not started, by time; the next one last. */
  private readonly waiting: ScheduleEntry[];
  private readonly actives: Active[] = [];
  /** Nodes that ended by themselves: they stay down until everything is healed. */
  private readonly exitedNodes = new Set<NodeId>();
  /** The state of the cluster once what is under way has taken effect. */
  private state: ClusterState = healthy;
  private performing = false;
  private healing = false;
  private isHealed = false;
  /** What the batch under way consists of, recorded when it is done. */
  private pending: PendingEvent[] = [];
  private problems: string[] = [];
  private actionCount = 0;
  private sawProblems = false;
  private repaired = false;
  private lastAdvanceMs = -1;

  constructor(options: NemesisOptions) {
    this.nodes = options.nodes;
    this.isThere = options.nodes;
    this.population = new Population(options.nodes, options.changesMembers !== true);
    this.waiting = options.schedule.toSorted((a, b) => a.atMs - b.atMs || a.id - b.id).reverse();
    for (const entry of this.waiting) faultOf(entry);
  }

  /** When to call `advance` next; null when only a report can change anything. */
  get nextMs(): number | null {
    if (this.performing || this.healing) return null;
    // An entry that was due and still waits, waits for its target.
    const starts = this.waiting.map(({ atMs }) => (atMs > this.lastAdvanceMs ? atMs : atMs + aimPatienceMs));
    const changes = this.actives.map(({ effect, startMs, endMs }) =>
      Math.min(endMs, startMs + nextDriftMs(effect, this.lastAdvanceMs - startMs)),
    );
    const next = Math.min(...starts, ...changes);
    return next === Infinity ? null : next;
  }

  /** Whether `heal` was asked for and has taken effect. */
  get healed(): boolean {
    return this.isHealed;
  }

  /** All nodes that can be asked, whether they are up or not. The same array until it changes. */
  get known(): readonly NodeId[] {
    return this.isThere;
  }

  /** What the cluster should be asked to change; a new node has to be there first. */
  get dueChanges(): readonly DueChange[] {
    if (this.hasGivenUp) return [];
    return this.population.dueChanges.filter(
      ({ kind, node }) => kind === 'remove' || this.isThere.includes(node),
    );
  }

  /** Whether the node is down or gone, by a fault or by itself: it cannot lead. */
  isDown(node: NodeId): boolean {
    return this.state.down.has(node) || !this.nodes.includes(node);
  }

  /** The active entries, for people. */
  get active(): readonly ActiveFault[] {
    return this.actives.map(({ entry, effect, startMs }) => ({
      entry: entry.id,
      fault: entry.fault,
      description: describeFault(entry.fault, effect.resolved),
      sinceMs: startMs,
    }));
  }

  /** Starts and ends what is due. */
  advance(nowMs: number, leader: NodeId | null): NemesisStep {
    if (this.performing) return { actions: [], events: [] };
    if (!this.healing) {
      this.lastAdvanceMs = nowMs;
      this.endDue(nowMs);
      this.startDue(nowMs, leader !== null && this.isDown(leader) ? null : leader);
    }
    return this.approach();
  }

  /** The actions of the last step have taken effect, or are given up. */
  performed(problems: readonly string[]): NemesisStep {
    assert(this.performing, 'actions were performed that nobody asked for');
    this.performing = false;
    this.isThere = this.nodes;
    this.problems.push(...problems);
    this.sawProblems ||= problems.length > 0;
    return this.approach();
  }

  /** The cluster is being asked for a change of this node. */
  asked(node: NodeId): void {
    this.population.asked(node);
  }

  /** The cluster confirmed a change of its members, left it open, or refused it (null). */
  changed(node: NodeId, standing: Standing | null): NemesisStep {
    const entry = this.population.heard(node, standing);
    if (standing === 'member' || standing === 'outside') {
      const fault = this.actives.find((active) => active.entry.id === entry)?.entry.fault ?? null;
      const members = this.population.confirmed;
      const value = { node, is: standing, members, fault, entry: entry ?? null };
      this.pending.push({ f: 'members-changed', value });
    }
    return this.performing ? { actions: [], events: [] } : this.approach();
  }

  /** Heals without waiting any longer for the cluster to have its members back. */
  giveUp(): NemesisStep {
    this.hasGivenUp = true;
    if (!this.population.isSettled)
      this.pending.push({ f: 'members-given-up', value: { members: this.population.confirmed } });
    return this.performing ? { actions: [], events: [] } : this.approach();
  }

  /** A loss of power found something unsynced on the disk of this node, and damaged it. */
  damaged(node: NodeId, what: string): void {
    const entry = this.actives.find(({ effect }) => damagedBy(effect).includes(node))?.entry;
    const value = { node, what, fault: entry?.fault ?? null, entry: entry?.id ?? null };
    this.pending.push({ f: 'disk-damaged', value });
  }

  /** A node ended by itself. */
  exited(node: NodeId, why: string): NemesisEvent {
    this.exitedNodes.add(node);
    const paused = new Set(this.state.paused);
    paused.delete(node);
    this.state = { ...this.state, down: new Map([...this.state.down, [node, 'kill']]), paused };
    this.isHealed = false;
    return { f: 'node-exited', value: { node, why } };
  }

  /** Ends everything and forgets the rest of the schedule. Healed once `healed` says so. */
  heal(): NemesisStep {
    this.healing = true;
    this.isHealed = false;
    this.waiting.length = 0;
    for (const active of this.actives.splice(0)) this.end(active);
    this.pending.push({ f: 'heal', value: { started: [...this.exitedNodes] } });
    this.exitedNodes.clear();
    if (this.performing) return { actions: [], events: [] };
    return this.approach();
  }

  private endDue(nowMs: number): void {
    for (let at = 0; at < this.actives.length;) {
      const active = this.actives[at];
      if (active === undefined || active.endMs > nowMs) {
        at++;
        continue;
      }
      this.actives.splice(at, 1);
      this.end(active);
    }
  }

  private end({ entry, effect }: Active): void {
    this.population.end(entry.id);
    this.pending.push({ f: `stop-${entry.fault}`, value: { entry: entry.id, ...effect.resolved } });
  }

  private startDue(nowMs: number, leader: NodeId | null): void {
    const patient: ScheduleEntry[] = [];
    for (let entry = this.waiting.at(-1); entry !== undefined && entry.atMs <= nowMs;) {
      this.waiting.pop();
      if (this.start(entry, nowMs, leader) === 'wait') patient.push(entry);
      entry = this.waiting.at(-1);
    }
    this.waiting.push(...patient.reverse());
  }

  private start(entry: ScheduleEntry, nowMs: number, leader: NodeId | null): 'done' | 'wait' {
    const { view: membership } = this.population;
    const nodes = this.population.members.filter((node) => this.nodes.includes(node));
    const view = { nodes, leader, ...(membership && { membership }) };
    const effect = faultOf(entry).effect(entry.params, view, createPrng(entry.seed));
    if ('unavailable' in effect) {
      if (effect.isWorthAWait === true && nowMs < entry.atMs + aimPatienceMs) return 'wait';
      this.pending.push({
        f: `unavailable-${entry.fault}`,
        value: { entry: entry.id, ...entry.params, why: effect.unavailable },
      });
      return 'done';
    }
    // Whole milliseconds survive the way to nanoseconds and back; a fraction could come due for ever, a hair too early.
    const endMs = Math.round(nowMs + entry.durationMs);
    this.actives.push({ entry, effect, startMs: Math.floor(nowMs), endMs });
    const leaderHit = hitsLeader(effect, nodes, leader);
    const { members } = effect;
    if (members !== undefined) this.population.begin(entry.id, members);
    this.pending.push({
      f: `start-${entry.fault}`,
      value: { entry: entry.id, ...effect.resolved, leader, leaderHit },
      ...((members?.isLost === false || damagedBy(effect).length > 0) && { isToldLater: true }),
    });
    return 'done';
  }

  /** The next actions towards the wanted state; without any, the batch is done and its events are due. */
  private approach(): NemesisStep {
    const moves = this.populate();
    const { actions, next } =
      moves.length > 0
        ? { actions: moves, next: without(this.state, moves) }
        : transition(this.state, this.wanted(), this.nodes);
    this.state = next;
    this.actionCount += actions.length;
    const batch = actions.length > 0 ? actions : this.repairs();
    if (batch.length > 0) {
      this.performing = true;
      return { actions: batch, events: [] };
    }
    if (this.healing) this.isHealed = this.hasGivenUp || this.population.isSettled;
    return { actions: [], events: this.release() };
  }

  /** New nodes are made, and those that are gone for good taken away, before anything else happens to them. */
  private populate(): readonly ClusterAction[] {
    const due = this.population.nodes;
    const fresh = due.filter((node) => !this.nodes.includes(node));
    const gone = this.nodes.filter((node) => !due.includes(node));
    if (fresh.length + gone.length === 0) return [];
    this.nodes = due;
    for (const node of gone) this.exitedNodes.delete(node);
    return [
      ...fresh.map((node): ClusterAction => ({ kind: 'create', node })),
      ...gone.map((node): ClusterAction => ({ kind: 'discard', node })),
    ];
  }

  private wanted(): ClusterState {
    const exited: FaultEffect = {
      down: [...this.exitedNodes].map((node) => ({ node, by: 'kill' })),
      resolved: {},
    };
    const effects = this.actives.map(({ effect, startMs }) => drifted(effect, this.lastAdvanceMs - startMs));
    return unionOf([...effects, exited]);
  }

  /**
   * Some action failed, so the cluster may differ from what we think. Once, after everything else: every node is started
   * (which is nothing to one that is up) and woken, its clock put right, and every link opened.
   */
  private repairs(): readonly ClusterAction[] {
    if (!this.healing || !this.sawProblems || this.repaired) return [];
    this.repaired = true;
    return this.nodes.flatMap((node): ClusterAction[] => [
      { kind: 'start', node },
      { kind: 'resume', node },
      { kind: 'clock', node, offsetMs: 0 },
      ...this.nodes
        .filter((to) => to !== node)
        .map((to): ClusterAction => ({ kind: 'link', from: node, to, rule: openLink })),
    ]);
  }

  private release(): NemesisEvent[] {
    const { pending, problems, actionCount } = this;
    this.pending = [];
    this.problems = [];
    this.actionCount = 0;
    return pending.map(({ f, value, isToldLater = false }) => ({
      f,
      value: {
        ...value,
        ...(f.startsWith('start-') && { changed: actionCount > problems.length && !isToldLater }),
        ...(problems.length > 0 && { problems }),
      },
    }));
  }
}

function faultOf(entry: ScheduleEntry): Fault {
  const fault = faultNamed(entry.fault);
  if (fault === undefined)
    throw new MalformedEntry(`the schedule names a fault "${entry.fault}" that there is not`);
  return fault;
}
