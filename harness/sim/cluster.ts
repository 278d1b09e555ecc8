/**
 * A simulated cluster: hosts, their network, and the primitives that a world performs on them. Client requests take the
 * same way as over HTTP (route, request of the core, answer), without bytes in between.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import { rosterOf, seatOf, type Roster, type Seat } from '../../nodes/kernel/roster.ts';
import type { NodeEvent, Protocol } from '../../nodes/kernel/protocol.ts';
import type { WireRequest } from '../../nodes/kernel/wire.ts';
import type { ClusterAction, Damage, WireOutcome } from '../world.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import { SimCarrier } from './carrier.ts';
import type { HostFlaw } from './flaws.ts';
import { type HostPorts, SimHost } from './host.ts';
import { drawUs } from './latency.ts';
import { SimNetwork } from './network.ts';
import type { Personality } from './personality.ts';
import type { Scheduler } from './scheduler.ts';
import { answerOfHost, toCore } from './requests.ts';

export interface ClusterSetup {
  readonly model: NodeModel;
  /** The members from the start, n1 to nN; options may put proxies in front of them. */
  readonly nodes: readonly NodeId[];
  /** Nodes that run, but belong to no cluster until somebody adds them. */
  readonly joining?: readonly NodeId[];
  readonly options: OptionValues;
  readonly bug: string | null;
  readonly flaw: HostFlaw | null;
  readonly personality: Personality;
  readonly scheduler: Scheduler;
  readonly prng: Prng;
}

/** What whoever runs the cluster gets to know, in the order in which it happens. */
export interface ClusterObserver {
  stepping(node: NodeId, event: NodeEvent<Protocol>): void;
  released(node: NodeId, incarnation: number, status: unknown): void;
  probe(name: string): void;
  failed(node: NodeId, error: unknown): void;
}

type Done = (outcome: WireOutcome) => void;

export class SimCluster {
  readonly network: SimNetwork;
  private readonly hosts = new Map<NodeId, SimHost>();
  private readonly ports: HostPorts;
  private readonly setup: ClusterSetup;
  private readonly clientPrng: Prng;
  private readonly startPrng: Prng;
  /** Starts under way; a kill before the node is ready takes its start back. */
  private readonly starts = new Map<NodeId, number>();
  private startCount = 0;
  private readonly roster: Roster;

  constructor(setup: ClusterSetup, observer: ClusterObserver) {
    this.setup = setup;
    this.roster = rosterOf(setup.model, setup.options, setup.nodes.length);
    this.clientPrng = setup.prng.fork('clients');
    this.startPrng = setup.prng.fork('starts');
    const { scheduler, personality } = setup;
    this.network = new SimNetwork(
      scheduler,
      personality.network,
      setup.prng.fork('network'),
      (from, to, message) => {
        this.hosts.get(to)?.message(from, message);
      },
    );
    const { network } = this;
    const carrier = new SimCarrier({
      modelOf: (node) => this.seatOf(node).model,
      network,
      scheduler,
      hostOf: (node) => this.hosts.get(node),
      arrive: this.arrive.bind(this),
    });
    this.ports = {
      send: (from: NodeId, to: NodeId, message: unknown): void => {
        if (!carrier.takes(from, to, message)) network.send(from, to, message);
      },
      stepping: observer.stepping.bind(observer),
      released: observer.released.bind(observer),
      probe: observer.probe.bind(observer),
      failed: observer.failed.bind(observer),
    };
    for (const id of [...this.roster.all, ...(setup.joining ?? [])]) {
      this.hosts.set(id, new SimHost(this.hostSetup(id), this.ports));
    }
  }

  /** Starts every node; members of a real cluster do not come up in the same microsecond either. */
  startAll(): void {
    for (const host of this.hosts.values()) {
      this.setup.scheduler.after(this.startPrng.int(0, 2000), () => {
        host.start();
      });
    }
  }

  host(id: NodeId): SimHost {
    const host = this.hosts.get(id);
    if (host === undefined) throw new RangeError(`there is no node ${id}`);
    return host;
  }

  get all(): readonly SimHost[] {
    return [...this.hosts.values()];
  }

  /**
   * Carries out actions; `done` is called when all have taken effect, with what went wrong, and `damaged` before that for
   * every disk that was damaged.
   */
  perform(
    actions: readonly ClusterAction[],
    done: (problems: readonly string[]) => void,
    damaged: (node: NodeId, what: string) => void,
  ): void {
    let open = 1;
    const problems: string[] = [];
    const finish = (problem: string | null): void => {
      if (problem !== null) problems.push(problem);
      if (--open === 0) done(problems);
    };
    for (const action of actions) {
      if (action.kind !== 'start' && action.kind !== 'create') {
        if (action.kind === 'kill' && action.damage !== undefined)
          this.losePower(action.node, action.damage, damaged);
        else this.act(action);
        continue;
      }
      open++;
      if (action.kind === 'create')
        this.hosts.set(action.node, new SimHost(this.hostSetup(action.node), this.ports));
      this.start(action.node, finish);
    }
    this.setup.scheduler.after(1, () => {
      finish(null);
    });
  }

  /** One attempt of a client to ask a node. `done` is called once. */
  ask(node: NodeId, request: WireRequest, timeoutMs: number, done: Done): void {
    const { scheduler, personality } = this.setup;
    let isOver = false;
    const end: Done = (outcome) => {
      if (isOver) return;
      isOver = true;
      done(outcome);
    };
    const back: Done = (outcome) => {
      scheduler.after(drawUs(personality.client, this.clientPrng), () => {
        end(outcome);
      });
    };
    scheduler.after(drawUs(personality.client, this.clientPrng), () => {
      this.arrive(this.host(node), request, back);
    });
    scheduler.after(Math.max(1, Math.round(timeoutMs * 1000)), () => {
      end({ kind: 'timeout' });
    });
  }

  private arrive(host: SimHost, request: WireRequest, back: Done): void {
    if (!host.isUp) {
      back({ kind: 'refused' });
      return;
    }
    const { model } = this.seatOf(host.id);
    // The host's own route is a request like any other: a paused node does not answer it.
    const ofHost = answerOfHost(model, request);
    if (ofHost !== null) {
      host.inspect((status) => {
        back({ kind: 'answer', ...ofHost(status) });
      });
      return;
    }
    const routed = toCore(model, request);
    if (routed.kind === 'refused') {
      back({ kind: 'answer', ...routed.answer });
      return;
    }
    host.request(routed.request, (response, isBroken) => {
      if (isBroken) back({ kind: 'broken', why: `${host.id} crashed` });
      else back({ kind: 'answer', ...model.toAnswer(response) });
    });
  }

  private act(action: Exclude<ClusterAction, { kind: 'start' | 'create' }>): void {
    switch (action.kind) {
      case 'link':
        this.network.setRule(action.from, action.to, action.rule);
        return;
      case 'kill':
      case 'stop':
        this.starts.delete(action.node);
        if (action.kind === 'kill') this.host(action.node).kill();
        else this.host(action.node).stop();
        return;
      case 'clock':
        this.host(action.node).clockOffsetMs = action.offsetMs;
        return;
      case 'discard':
        this.starts.delete(action.node);
        this.host(action.node).discard();
        return;
      case 'pause':
        this.host(action.node).pause();
        return;
      case 'resume':
        this.host(action.node).resume();
        return;
      default:
        assertNever(action);
    }
  }

  private losePower(node: NodeId, damage: Damage, damaged: (node: NodeId, what: string) => void): void {
    this.starts.delete(node);
    const records = this.host(node).kill(damage);
    // Not now: whoever asked for it is still giving orders.
    if (records > 0)
      this.setup.scheduler.after(0, () => damaged(node, `${damage}: ${records} records were not synced`));
  }

  private start(node: NodeId, finish: (problem: string | null) => void): void {
    const token = ++this.startCount;
    this.starts.set(node, token);
    this.setup.scheduler.after(drawUs(this.setup.personality.start, this.startPrng), () => {
      const isCurrent = this.starts.get(node) === token;
      if (isCurrent) {
        this.starts.delete(node);
        this.host(node).start();
      }
      finish(isCurrent ? null : `${node} was killed before it was ready`);
    });
  }

  private seatOf(node: NodeId): Seat {
    return seatOf(this.setup.model, this.setup, this.roster, node);
  }

  private hostSetup(id: NodeId): ConstructorParameters<typeof SimHost>[0] {
    const { setup } = this;
    const { model, options, bug, peers } = this.seatOf(id);
    const prng = setup.prng.fork(id);
    const { fsync, crashKeeps, wallSkewMs } = setup.personality;
    const clock = prng.fork('clock');
    return {
      id,
      model,
      init: { peers, options, bug },
      prng,
      scheduler: setup.scheduler,
      // Disks differ: some are up to twice as slow.
      fsync: { ...fsync, meanUs: Math.round(fsync.meanUs * (1 + clock.next())) },
      crashKeeps,
      wallOffsetMs: wallSkewMs === 0 ? 0 : clock.int(-wallSkewMs, wallSkewMs + 1),
      flaw: setup.flaw,
    };
  }
}
