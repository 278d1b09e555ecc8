/**
 * The stage of a scenario: raft nodes in simulated hosts, and a network in which every message waits until the script
 * delivers it, drops it, or lets time run. Invariants watch all along.
 */
import assert from 'node:assert/strict';
import { nodeId, type NodeId } from '../../../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../../../nodes/kernel/model.ts';
import { createPrng } from '../../../../nodes/kernel/prng.ts';
import { describeMessage, describeResponse } from '../../../../nodes/raft/describe.ts';
import type { Message, Request, Response, Status } from '../../../../nodes/raft/messages.ts';
import { raft } from '../../../../nodes/raft/model.ts';
import { SimHost } from '../../../../harness/sim/host.ts';
import { watchInvariants } from '../../../../harness/sim/invariants.ts';
import { Scheduler } from '../../../../harness/sim/scheduler.ts';

interface Parcel {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

export interface StageSettings {
  readonly nodes: number;
  /** Nodes that run, but are no members. */
  readonly joining: number;
  readonly options: OptionValues;
  readonly bug: string | null;
}

/** One hop takes this long while time runs. */
const hopUs = 1000;
/** Syncs take a microsecond: after this long, all that a step caused on its own node is done. */
const settleUs = 5;

export class Stage {
  /** What happened since it was last asked for, a line each. */
  private lines: string[] = [];
  private readonly scheduler = new Scheduler();
  private readonly hosts = new Map<NodeId, SimHost>();
  private readonly waiting: Parcel[] = [];
  private readonly cuts = new Set<string>();
  private readonly watch = watchInvariants(raft as unknown as NodeModel);
  /** The roles that were shown last, to tell when one changes. */
  private readonly shown = new Map<NodeId, string>();
  private isRunning = false;
  private violated = false;

  constructor({ nodes, joining, options, bug }: StageSettings) {
    const members = Array.from({ length: nodes }, (_, at) => nodeId(at + 1));
    const all = Array.from({ length: nodes + joining }, (_, at) => nodeId(at + 1));
    for (const id of all) {
      const peers = members.includes(id) ? members.filter((other) => other !== id) : [];
      const setup = {
        id,
        model: raft as unknown as NodeModel,
        init: { peers, options, bug },
        prng: createPrng(`scenario/${id}`),
        scheduler: this.scheduler,
        fsync: { minUs: 1, meanUs: 0, tailRatio: 0 },
        crashKeeps: 'nothing' as const,
        wallOffsetMs: 0,
        flaw: null,
      };
      this.hosts.set(id, new SimHost(setup, this.ports()));
    }
    for (const host of this.hosts.values()) host.start();
    this.settle();
    this.lines = [];
  }

  /** The lines since the last call. */
  take(): readonly string[] {
    return this.lines.splice(0);
  }

  say(line: string): void {
    this.lines.push(line);
  }

  host(name: string): SimHost {
    const host = this.hosts.get(name as NodeId);
    assert(host, `there is no node ${name}`);
    return host;
  }

  get nodes(): readonly NodeId[] {
    return [...this.hosts.keys()];
  }

  status(node: NodeId): Status | null {
    return this.host(node).status as Status | null;
  }

  request(name: string, request: Request): void {
    this.host(name).request(request, (response, isBroken) => {
      this.say(
        `${name} ${isBroken ? 'breaks the connection' : `answers: ${describeResponse(response as Response)}`}`,
      );
    });
    this.settle();
  }

  /** Delivers what waits now, on this link or on all, in order; what that causes waits in turn. */
  deliver(from?: string, to?: string): number {
    const now = this.takeWaiting(from, to);
    for (const parcel of now) {
      this.say(`${parcel.from}→${parcel.to} ${describeMessage(parcel.message)}`);
      this.host(parcel.to).message(parcel.from, parcel.message);
      this.settle();
    }
    return now.length;
  }

  /** Delivers until nothing waits any more. */
  deliverAll(): void {
    for (let rounds = 0; this.waiting.length > 0; rounds++) {
      assert(rounds < 200, 'the nodes never come to rest');
      this.deliver();
    }
  }

  drop(from?: string, to?: string): number {
    return this.takeWaiting(from, to).length;
  }

  /** Lets time go by: timers fire, and messages arrive by themselves. */
  run(ms: number): void {
    this.isRunning = true;
    for (const parcel of this.waiting.splice(0)) this.carry(parcel);
    this.scheduler.runUntil(this.scheduler.nowUs + ms * 1000);
    this.isRunning = false;
  }

  /** Lets time go by on every clock, while no timer fires and no message moves. */
  wait(ms: number): void {
    for (const host of this.hosts.values()) host.postponeTimers(ms);
    this.scheduler.runUntil(this.scheduler.nowUs + ms * 1000);
  }

  /** Cuts both directions between two nodes, or a node from all others. */
  cut(node: string, other?: string): void {
    for (const peer of other === undefined ? this.nodes : [other]) {
      this.cuts.add(`${node}→${peer}`);
      this.cuts.add(`${peer}→${node}`);
    }
    this.dropCut();
  }

  /** Cuts one direction. */
  cutOneWay(from: string, to: string): void {
    this.cuts.add(`${from}→${to}`);
    this.dropCut();
  }

  heal(): void {
    this.cuts.clear();
  }

  /** Lets everything happen that nodes do by themselves at once: their syncs, and what these release. */
  settle(): void {
    this.scheduler.runUntil(this.scheduler.nowUs + settleUs);
  }

  private ports(): ConstructorParameters<typeof SimHost>[1] {
    return {
      send: (from, to, message) => {
        const parcel = { from, to, message: message as Message };
        if (this.cuts.has(`${from}→${to}`) || !this.hosts.has(to)) return;
        if (this.isRunning) this.carry(parcel);
        else this.waiting.push(parcel);
      },
      stepping: () => undefined,
      released: (node, incarnation, status) => {
        this.onReleased(node, incarnation, status as Status);
      },
      probe: () => undefined,
      failed: (node, error) => {
        this.say(`${node} fails: ${String(error)}`);
      },
    };
  }

  private carry(parcel: Parcel): void {
    this.scheduler.after(hopUs, () => {
      if (this.cuts.has(`${parcel.from}→${parcel.to}`)) return;
      if (this.isRunning) this.host(parcel.to).message(parcel.from, parcel.message);
      else this.waiting.push(parcel);
    });
  }

  private onReleased(node: NodeId, incarnation: number, status: Status): void {
    const role = `${status.role} in term ${status.term}`;
    if (this.shown.get(node) !== role) {
      this.shown.set(node, role);
      this.say(`${node} is ${role}`);
    }
    const broken = this.watch(node, incarnation, status);
    if (broken === null || this.violated) return;
    this.violated = true;
    this.say(`INVARIANT ${broken.name}: ${broken.explanation}`);
  }

  private takeWaiting(from?: string, to?: string): readonly Parcel[] {
    const isMeant = (parcel: Parcel): boolean =>
      (from === undefined || from === '*' || parcel.from === from) &&
      (to === undefined || to === '*' || parcel.to === to);
    const all = this.waiting.splice(0);
    this.waiting.push(...all.filter((parcel) => !isMeant(parcel)));
    return all.filter(isMeant);
  }

  private dropCut(): void {
    const all = this.waiting.splice(0);
    this.waiting.push(...all.filter(({ from, to }) => !this.cuts.has(`${from}→${to}`)));
  }
}
