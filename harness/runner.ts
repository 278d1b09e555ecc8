/**
 * One run as a state machine without I/O: reports of a world go in, commands come out (harness/world.ts). It leads the
 * clients and the nemesis through the phases:
 *
 *   warm-up → faults → heal → recovery → final reads → done
 *   └── the main generator ──┘    └ no new operations; the open ones end ┘
 *
 * Nothing that the world forgets can hang it: attempts, batches of actions and phases all have deadlines. The same
 * reports give the same commands.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Settling } from '../nodes/kernel/model.ts';
import { createPrng } from '../nodes/kernel/prng.ts';
import { rosterOf } from '../nodes/kernel/roster.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import { Alarms } from './alarms.ts';
import { ClientPool } from './clientPool.ts';
import type { RunConfig } from './config.ts';
import { exitWarning, problemWarning } from './faultReports.ts';
import { sessionsFor, settlingFor } from './judged.ts';
import { LeaderWatch } from './leaderWatch.ts';
import { MemberKeeper } from './memberKeeper.ts';
import { Nemesis, type NemesisStep } from './nemesis.ts';
import { serviceOf } from './profile.ts';
import { keyValueProfile } from './profiles/keyValue.ts';
import { probeOf, Recovery } from './recovery.ts';
import type { RunnerOptions } from './runnerOptions.ts';
import type { Phase, RunView } from './runView.ts';
import { timingsDefault, type RunTimings } from './runTimings.ts';
import { faultyPhase } from './schedule.ts';
import type { Command, Report, Run, WireOutcome } from './world.ts';

/** Alarms: a client's by the number of its thread, the others by name. */
type AlarmName = number | 'phase' | 'nemesis' | 'perform' | 'leader' | 'generator' | 'members' | 'recovery';

export class Runner implements Run {
  private readonly config: RunConfig;
  private readonly timings: RunTimings;
  /** How long replicas are given to agree, if that is judged. */
  private readonly settling: Settling | undefined;
  private readonly clients: ClientPool;
  private readonly nemesis: Nemesis;
  private readonly leaderWatch: LeaderWatch;
  private readonly recovery: Recovery;
  /** Null where nobody can change who belongs to the cluster. */
  private readonly members: MemberKeeper | null;
  /** All nodes that clients may ask. */
  private nodes: readonly NodeId[];
  private readonly alarms = new Alarms<AlarmName>();
  private readonly warnings: string[] = [];
  private commands: Command[] = [];
  private phase: Phase = 'warm-up';
  private interrupted = false;
  private recoveryOverdue = false;
  /** Of the final reads: when they have to be over, and how many operations had succeeded before them. */
  private finalReads = { endNs: 0, before: 0 };
  private nowNs = 0;
  private startNs = 0;
  private nextId = 0;
  private performId: number | null = null;
  /** The wake that the world knows of. */
  private armedNs: number | null = null;

  constructor(options: RunnerOptions) {
    const { config, workload, model, profile = keyValueProfile } = options;
    const { nodes, fronts, all, entrances } = rosterOf(model, config.options, config.nodes);
    // Proxies know those nodes that there were at their start.
    const membership = fronts.length === 0 ? (model.membership ?? null) : null;
    const send = this.send.bind(this);
    this.config = config;
    this.timings = { ...timingsDefault, ...options.timings };
    this.settling = settlingFor(model.claim?.(config.options), config.guarantee);
    const { attemptTimeoutMs, operationTimeoutMs, leaderPollMs } = this.timings;
    this.clients = new ClientPool({
      config,
      nodes: entrances,
      workload,
      profile,
      deduplicates:
        typeof model.deduplicates === 'function' ? model.deduplicates(config.options) : model.deduplicates,
      sessions: sessionsFor(options.model.claim?.(options.config.options), options.config.guarantee),
      converges: this.settling,
      attemptTimeoutMs,
      operationTimeoutMs,
      prng: createPrng(config.seed).fork('run'),
      record: (op) => this.commands.push({ kind: 'record', op }),
      send,
      setAlarm: (thread, atNs) => this.alarms.set(thread, atNs),
    });
    this.nodes = all;
    this.nemesis = new Nemesis({
      nodes: all,
      schedule: config.schedule,
      changesMembers: membership !== null,
    });
    this.members = membership && new MemberKeeper({ requests: membership, nemesis: this.nemesis, send });
    const { leader: assumed } = options;
    this.leaderWatch = new LeaderWatch({ nodes, profile, pollMs: leaderPollMs, send, assumed });
    this.recovery = new Recovery({ nodes: all, profile, probe: probeOf(workload, serviceOf(profile)), send });
  }

  on(report: Report, nowNs: number): readonly Command[] {
    if (this.phase === 'done') return [];
    this.nowNs = Math.max(this.nowNs, nowNs);
    this.commands = [];
    this.take(report);
    this.ring();
    this.goOn();
    this.arm();
    return this.commands;
  }

  /** The run at a glance, now. */
  view(nowNs: number): RunView {
    const now = Math.max(this.nowNs, nowNs);
    const elapsedMs = (now - this.startNs) / 1e6;
    const { leader, term, changes, elections } = this.leaderWatch;
    return {
      phase: this.phase,
      elapsedMs,
      remainingMs: Math.max(0, this.config.timeLimitSeconds * 1000 - elapsedMs),
      ...this.clients.view(now),
      activeFaults: this.nemesis.active,
      leader,
      term,
      probes: { ...this.clients.probes, 'leader-changes': changes, elections },
      warnings: [...this.warnings],
    };
  }

  private take(report: Report): void {
    switch (report.kind) {
      case 'start':
        return this.start();
      case 'wake':
        this.armedNs = null;
        return;
      case 'outcome':
        return this.onOutcome(report.id, report.outcome);
      case 'performed':
        if (report.id === this.performId) this.onPerformed(report.problems);
        return;
      case 'damaged':
        return this.nemesis.damaged(report.node, report.what);
      case 'exited':
        this.warnings.push(exitWarning(report.node, report.why));
        return this.clients.recordNemesis(this.nemesis.exited(report.node, report.why), this.nowNs);
      case 'interrupt':
        this.interrupted = true;
        if (this.isMainPhase || this.phase === 'heal') return this.isMainPhase ? this.heal() : undefined;
        return this.finish();
    }
  }

  private start(): void {
    this.startNs = this.nowNs;
    this.alarms.set('phase', this.atMs(faultyPhase(this.config.timeLimitSeconds).startMs));
    this.alarms.set('leader', this.nowNs);
    this.planNemesis();
  }

  private onOutcome(id: number, outcome: WireOutcome): void {
    if (this.clients.onOutcome(id, outcome, this.nowNs)) return;
    const { leader } = this.leaderWatch;
    if (this.leaderWatch.onOutcome(id, outcome)) {
      // A fault that is aimed at the leader may have waited for this.
      if (leader !== this.leaderWatch.leader) this.alarms.set('nemesis', this.nowNs);
      return;
    }
    const step = this.members?.onOutcome(id, outcome) ?? null;
    if (step !== null) return this.follow(step);
    this.recovery.onOutcome(id, outcome);
  }

  /** Handles every alarm that is due. */
  private ring(): void {
    for (;;) {
      const name = this.alarms.takeDue(this.nowNs);
      if (name === null) return;
      if (typeof name === 'number') this.clients.onAlarm(name, this.nowNs);
      else this.onAlarm(name);
    }
  }

  private onAlarm(name: Exclude<AlarmName, number>): void {
    switch (name) {
      case 'phase':
        return this.onPhaseEnd();
      case 'nemesis':
        return this.follow(this.nemesis.advance(this.elapsedMs, this.leaderWatch.leader));
      case 'perform':
        return this.onPerformed([`not performed within ${this.timings.performTimeoutMs} ms`]);
      case 'leader':
        return this.alarms.set('leader', this.leaderWatch.poll(this.nowNs));
      case 'members':
        return this.onMembersDue();
      case 'recovery':
        if (this.phase === 'recovery') this.alarms.set('recovery', this.recovery.poll(this.nowNs));
        return;
      case 'generator':
        return;
    }
  }

  /** The planned end of a phase. */
  private onPhaseEnd(): void {
    if (this.phase === 'warm-up') {
      this.phase = 'faults';
      this.alarms.set('phase', this.atMs(this.config.timeLimitSeconds * 1000));
    } else if (this.phase === 'faults') {
      this.heal();
    } else if (this.phase === 'recovery') {
      this.recoveryOverdue = true;
      this.warnings.push(`no answer after the faults were healed: ${this.recovery.missing.join(', ')}`);
    } else if (this.phase === 'final-reads') {
      const { endNs, before } = this.finalReads;
      if (this.nowNs < endNs && this.clients.succeeded > before) return this.alarms.set('phase', endNs);
      this.warnings.push('the final reads did not end in time');
      this.finish();
    }
  }

  /** Invokes what can be invoked, and enters the next phase when this one has nothing left to do. */
  private goOn(): void {
    switch (this.phase) {
      case 'warm-up':
      case 'faults':
        return this.dispatch(() => this.heal());
      case 'final-reads':
        return this.dispatch(() => this.finish());
      case 'recovery':
        if (this.clients.busy > 0 || !(this.recovery.recovered || this.recoveryOverdue)) return;
        return this.startFinalReads();
      case 'heal':
      case 'done':
        return;
    }
  }

  private dispatch(done: () => void): void {
    const next = this.clients.dispatch(this.nowNs);
    if (next === 'done') done();
    else this.alarms.set('generator', next.untilNs);
  }

  private heal(): void {
    this.phase = 'heal';
    this.alarms.set('phase', null);
    this.alarms.set('generator', null);
    this.members?.finishBy(this.nowNs + (this.interrupted ? 0 : this.timings.membersTimeoutMs * 1e6));
    this.follow(this.nemesis.heal());
  }

  /** What the nemesis wants: events recorded, actions performed. */
  private follow(step: NemesisStep): void {
    for (const event of step.events) this.clients.recordNemesis(event, this.nowNs);
    if (step.actions.length > 0) {
      this.performId = this.nextId++;
      this.commands.push({ kind: 'perform', id: this.performId, actions: step.actions });
      this.alarms.set('perform', this.nowNs + this.timings.performTimeoutMs * 1e6);
    }
    this.tellNodes();
    this.planNemesis();
    this.members?.look(this.nowNs);
    this.alarms.set('members', this.members?.nextNs ?? null);
    if (this.phase === 'heal' && this.nemesis.healed) this.recover();
  }

  private onMembersDue(): void {
    const { leader } = this.leaderWatch;
    if (this.members !== null) this.follow(this.members.poll({ nodes: this.nodes, leader }, this.nowNs));
  }

  /** Everybody gets to know nodes that are new, or gone. */
  private tellNodes(): void {
    const { known } = this.nemesis;
    if (known === this.nodes) return;
    this.nodes = known;
    this.clients.setNodes(known);
    this.leaderWatch.setNodes(known);
    this.recovery.setNodes(known);
  }

  private onPerformed(problems: readonly string[]): void {
    this.performId = null;
    this.alarms.set('perform', null);
    this.warnings.push(...problems.map(problemWarning));
    this.follow(this.nemesis.performed(problems));
  }

  private recover(): void {
    if (this.interrupted) return this.finish();
    this.phase = 'recovery';
    this.alarms.set('recovery', this.nowNs);
    this.alarms.set('phase', this.nowNs + this.timings.recoveryTimeoutMs * 1e6);
  }

  /** Nobody waits until replicas agree if none of them answers; and who has never been answered has nothing to look for. */
  private startFinalReads(): void {
    if (this.recoveryOverdue && this.clients.succeeded === 0) return this.finish();
    this.phase = 'final-reads';
    const answerMs = this.timings.finalReadsTimeoutMs;
    const settlingMs = this.settling?.deadlineMs ?? 0;
    const endNs = this.nowNs + (answerMs + settlingMs) * 1e6;
    this.finalReads = { endNs, before: this.clients.succeeded };
    this.alarms.set('phase', this.nowNs + answerMs * 1e6);
    this.clients.startFinalReads();
    this.goOn();
  }

  private finish(): void {
    this.phase = 'done';
    this.commands.push({ kind: 'finish' });
  }

  private planNemesis(): void {
    const { nextMs } = this.nemesis;
    this.alarms.set('nemesis', nextMs === null ? null : this.atMs(nextMs));
  }

  private send(node: NodeId, request: WireRequest, timeoutMs: number): number {
    const id = this.nextId++;
    this.commands.push({ kind: 'send', id, node, request, timeoutMs });
    return id;
  }

  /** Keeps the world's wake at, or before, the earliest alarm. */
  private arm(): void {
    const { earliestNs } = this.alarms;
    if (this.phase === 'done' || earliestNs === null) return;
    if (this.armedNs !== null && this.armedNs <= earliestNs) return;
    this.armedNs = earliestNs;
    this.commands.push({ kind: 'wake', atNs: earliestNs });
  }

  private get isMainPhase(): boolean {
    return this.phase === 'warm-up' || this.phase === 'faults';
  }

  private get elapsedMs(): number {
    return (this.nowNs - this.startNs) / 1e6;
  }

  private atMs(elapsedMs: number): number {
    return this.startNs + elapsedMs * 1e6;
  }
}
