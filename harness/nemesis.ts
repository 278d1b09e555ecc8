/**
 * The nemesis carries a schedule out: entries start and end, their effects make up the state that is wanted of the
 * cluster, and the difference to the present state becomes actions. It is pure: times and reports in, actions and
 * history events out. One batch of actions is under way at a time, so nothing races; an event is handed out when the
 * whole batch of its entry has taken effect.
 *
 * Events: `start-FAULT` and `stop-FAULT` with the entry's id and what its target resolved to, `unavailable-FAULT` when
 * the target did not exist, `node-exited`, and `heal`.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import { createPrng } from '../nodes/kernel/prng.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import { healthy, hitsLeader, transition, unionOf, type ClusterState } from './clusterState.ts';
import { MalformedEntry, type Fault, type FaultEffect, type ScheduleEntry } from './faults/fault.ts';
import { faultNamed } from './faults/index.ts';
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
}

/** An entry at work. */
interface Active {
  readonly entry: ScheduleEntry;
  readonly effect: FaultEffect;
  readonly startMs: number;
  readonly endMs: number;
}

/** An aimed entry waits this long for a leader to be known before it counts as unavailable. */
const aimPatienceMs = 1500;

export class Nemesis {
  private readonly nodes: readonly NodeId[];
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
  private pending: { f: string; value: Record<string, Json> }[] = [];
  private problems: string[] = [];
  private actionCount = 0;
  private sawProblems = false;
  private repaired = false;
  private lastAdvanceMs = -1;

  constructor(options: NemesisOptions) {
    this.nodes = options.nodes;
    this.waiting = options.schedule.toSorted((a, b) => a.atMs - b.atMs || a.id - b.id).reverse();
    for (const entry of this.waiting) faultOf(entry);
  }

  /** When to call `advance` next; null when only a report can change anything. */
  get nextMs(): number | null {
    if (this.performing || this.healing) return null;
    // An entry that was due and still waits, waits for a leader.
    const starts = this.waiting.map(({ atMs }) => (atMs > this.lastAdvanceMs ? atMs : atMs + aimPatienceMs));
    const next = Math.min(...starts, ...this.actives.map(({ endMs }) => endMs));
    return next === Infinity ? null : next;
  }

  /** Whether `heal` was asked for and has taken effect. */
  get healed(): boolean {
    return this.isHealed;
  }

  /** Whether the node is down, by a fault or by itself: it cannot lead. */
  isDown(node: NodeId): boolean {
    return this.state.down.has(node);
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
    this.problems.push(...problems);
    this.sawProblems ||= problems.length > 0;
    return this.approach();
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
    for (const { entry, effect } of this.actives.splice(0))
      this.pending.push({ f: `stop-${entry.fault}`, value: { entry: entry.id, ...effect.resolved } });
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
      const { entry, effect } = active;
      this.pending.push({ f: `stop-${entry.fault}`, value: { entry: entry.id, ...effect.resolved } });
    }
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
    const view = { nodes: this.nodes, leader };
    const effect = faultOf(entry).effect(entry.params, view, createPrng(entry.seed));
    if ('unavailable' in effect) {
      if (effect.awaitsLeader === true && nowMs < entry.atMs + aimPatienceMs) return 'wait';
      this.pending.push({
        f: `unavailable-${entry.fault}`,
        value: { entry: entry.id, ...entry.params, why: effect.unavailable },
      });
      return 'done';
    }
    // Whole milliseconds survive the way to nanoseconds and back; a fraction could come due for ever, a hair too early.
    const endMs = Math.round(nowMs + entry.durationMs);
    this.actives.push({ entry, effect, startMs: nowMs, endMs });
    const leaderHit = hitsLeader(effect, this.nodes, leader);
    this.pending.push({
      f: `start-${entry.fault}`,
      value: { entry: entry.id, ...effect.resolved, leader, leaderHit },
    });
    return 'done';
  }

  /** The next actions towards the wanted state; without any, the batch is done and its events are due. */
  private approach(): NemesisStep {
    const { actions, next } = transition(this.state, this.wanted(), this.nodes);
    this.state = next;
    this.actionCount += actions.length;
    const batch = actions.length > 0 ? actions : this.repairs();
    if (batch.length > 0) {
      this.performing = true;
      return { actions: batch, events: [] };
    }
    if (this.healing) this.isHealed = true;
    return { actions: [], events: this.release() };
  }

  private wanted(): ClusterState {
    const exited: FaultEffect = {
      down: [...this.exitedNodes].map((node) => ({ node, by: 'kill' })),
      resolved: {},
    };
    return unionOf([...this.actives.map(({ effect }) => effect), exited]);
  }

  /**
   * Some action failed, so the cluster may differ from what we think. Once, after everything else: every node is started
   * (which is nothing to one that is up) and woken, and every link opened.
   */
  private repairs(): readonly ClusterAction[] {
    if (!this.healing || !this.sawProblems || this.repaired) return [];
    this.repaired = true;
    return this.nodes.flatMap((node): ClusterAction[] => [
      { kind: 'start', node },
      { kind: 'resume', node },
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
    return pending.map(({ f, value }) => ({
      f,
      value: {
        ...value,
        ...(f.startsWith('start-') && { changed: actionCount > 0 }),
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

/** A fault in a few words: `partition isolate-leader n3 (hold)`, `kill minority n1 n4`. */
export function describeFault(fault: string, resolved: { readonly [name: string]: Json }): string {
  const { shape, target, nodes, mode } = resolved;
  const aim = typeof shape === 'string' ? shape : target;
  const words = [fault, aim, ...(Array.isArray(nodes) ? (nodes as readonly Json[]) : [])];
  if (typeof mode === 'string') words.push(`(${mode})`);
  return words.filter((word) => typeof word === 'string').join(' ');
}
