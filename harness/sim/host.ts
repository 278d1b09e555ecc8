/**
 * The simulated host of one node: runs a protocol core in virtual time and keeps the five host laws
 * (nodes/kernel/protocol.ts). Steps take no time; what takes time is the disk. While a sync runs, further batches gather
 * and share the next one (group commit), and a batch is released when all records up to its own are durable.
 */
import type { NodeId, RequestId } from '../../nodes/kernel/ids.ts';
import { requestId } from '../../nodes/kernel/ids.ts';
import type { CoreInit, NodeModel } from '../../nodes/kernel/model.ts';
import { OutputCommit } from '../../nodes/kernel/outputCommit.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Effects, NodeEvent, Protocol, ProtocolCore } from '../../nodes/kernel/protocol.ts';
import type { Damage } from '../world.ts';
import { SimDisk } from './disk.ts';
import type { HostFlaw } from './flaws.ts';
import { type Latency, drawUs } from './latency.ts';
import type { Scheduler } from './scheduler.ts';
import { SimTimers } from './timers.ts';

export interface HostSetup {
  readonly id: NodeId;
  readonly model: NodeModel;
  readonly init: Pick<CoreInit<Protocol>, 'peers' | 'options' | 'bug'>;
  readonly prng: Prng;
  readonly scheduler: Scheduler;
  readonly fsync: Latency;
  /** What a crash leaves of the records that were not synced: nothing, or any prefix. */
  readonly crashKeeps: 'nothing' | 'prefix';
  /** Added to the simulated epoch: the node's idea of the time of day. */
  readonly wallOffsetMs: number;
  readonly flaw: HostFlaw | null;
}

/** What the surroundings of a host get to know. */
export interface HostPorts {
  send(from: NodeId, to: NodeId, message: unknown): void;
  /** A step is about to be taken. */
  stepping(node: NodeId, event: NodeEvent<Protocol>): void;
  /** A step was released: all that it rests on is durable, and its outputs have left. */
  released(node: NodeId, incarnation: number, status: unknown): void;
  probe(name: string): void;
  /** The core threw. The node is down. */
  failed(node: NodeId, error: unknown): void;
}

/** How a request to a core ended: its response, or a broken connection. */
export type Answered = (response: unknown, isBroken: boolean) => void;

interface Batch {
  readonly sends: Effects<Protocol>['sends'];
  readonly replies: Effects<Protocol>['replies'];
  readonly status: unknown;
}

/** What lives from a start to the next crash. */
interface Life {
  readonly core: ProtocolCore<Protocol>;
  readonly incarnation: number;
  readonly timers: SimTimers;
  readonly open: Map<RequestId, Answered>;
  readonly commit: OutputCommit<Batch>;
  lastRequest: number;
  released: { readonly status: unknown } | null;
}

const epochMs = 1_750_000_000_000;

export class SimHost {
  readonly id: NodeId;
  readonly disk = new SimDisk();
  private readonly setup: HostSetup;
  private readonly ports: HostPorts;
  private readonly diskPrng: Prng;
  private life: Life | null = null;
  private incarnations = 0;
  /** What arrived while the node was paused, in order; null while it runs. */
  private arrivals: (() => void)[] | null = null;
  private isStepping = false;
  /** Ends of syncs that are held back by `holdSyncs`; null while syncs end by themselves. */
  private heldSync: (() => void)[] | null = null;
  /** How wrong a fault makes the wall clock, on top of what it always is; also while the node is down. */
  clockOffsetMs = 0;
  private syncs = 0;

  constructor(setup: HostSetup, ports: HostPorts) {
    this.id = setup.id;
    this.setup = setup;
    this.ports = ports;
    this.diskPrng = setup.prng.fork('disk');
  }

  get isUp(): boolean {
    return this.life !== null;
  }

  get incarnation(): number | undefined {
    return this.life?.incarnation;
  }

  /** The last released status of the running incarnation; null when it has released nothing. */
  get status(): unknown {
    return this.life?.released?.status ?? null;
  }

  /** How many syncs the running incarnation has completed. */
  get syncCount(): number {
    return this.syncs;
  }

  /** From now on no sync ends, until `releaseSyncs` or a crash. */
  holdSyncs(): void {
    this.heldSync ??= [];
  }

  releaseSyncs(): void {
    const held = this.heldSync;
    this.heldSync = null;
    for (const end of held ?? []) end();
  }

  /** Lets a timer run out now, whenever it is due. */
  fire(timer: string): void {
    this.life?.timers.set(timer, null);
    this.take(() => {
      this.step({ kind: 'timeout', timer });
    });
  }

  /** Puts off all timers of the running incarnation. */
  postponeTimers(byMs: number): void {
    this.life?.timers.postpone(byMs);
  }

  /** Brings the node to life from what its disk holds. */
  start(): void {
    if (this.life !== null) return;
    const { setup } = this;
    const incarnation = ++this.incarnations;
    try {
      const core = setup.model.create({
        ...setup.init,
        self: this.id,
        prng: setup.prng.fork(`incarnation-${incarnation}`),
        incarnation,
        recovered: this.disk.recover(),
      });
      this.life = this.newLife(core, incarnation);
    } catch (error) {
      this.ports.failed(this.id, error);
      return;
    }
    this.step({ kind: 'start' });
  }

  /** SIGKILL and loss of power in one: the disk keeps at least what was synced. How much of the rest was damaged. */
  kill(damage?: Damage): number {
    this.endLife();
    const { crashKeeps, flaw } = this.setup;
    let damaged = 0;
    if (damage !== undefined) damaged = this.disk.damage(this.diskPrng, flaw === 'reads-past-damage');
    else this.disk.crash(crashKeeps === 'prefix' ? this.diskPrng : null);
    if (flaw === 'lossy-disk') this.disk.corrupt(0);
    return damaged;
  }

  /** Gone for good, with its disk: whoever started it again would find nothing. */
  discard(): void {
    this.endLife();
    this.disk.corrupt(0);
  }

  /** SIGTERM: what was written is kept, what was not released is never sent. */
  stop(): void {
    this.disk.flush();
    this.endLife();
  }

  /** From here on nothing is taken, until `resume`. */
  pause(): void {
    if (this.life !== null) this.arrivals ??= [];
  }

  /** Takes everything that arrived during the pause, in order, at the time of now. */
  resume(): void {
    const arrivals = this.arrivals;
    this.arrivals = null;
    for (const take of arrivals ?? []) take();
  }

  message(from: NodeId, message: unknown): void {
    this.take(() => {
      this.step({ kind: 'message', from, message });
    });
  }

  /** A client's request. `answered` is called once, unless the request stays open for ever. */
  request(request: unknown, answered: Answered): void {
    const { life } = this;
    if (life === null) {
      answered(null, true);
      return;
    }
    const id = requestId(++life.lastRequest);
    life.open.set(id, answered);
    this.take(() => {
      this.step({ kind: 'request', id, request });
    });
  }

  /** Shows the last released status, as soon as the node runs. */
  inspect(show: (status: unknown) => void): void {
    this.take(() => {
      show(this.status);
    });
  }

  /** Does it now, or after the pause; never when the incarnation that it was meant for is gone. */
  private take(act: () => void): void {
    const { life } = this;
    if (life === null) return;
    const ifAlive = (): void => {
      if (this.life === life) act();
    };
    if (this.arrivals !== null) this.arrivals.push(ifAlive);
    else if (this.isStepping && this.setup.flaw !== 'reentrant') this.setup.scheduler.after(0, ifAlive);
    else act();
  }

  private step(event: NodeEvent<Protocol>): void {
    const { life } = this;
    if (life === null) return;
    this.ports.stepping(this.id, event);
    const monotonicMs = this.setup.scheduler.nowUs / 1000;
    let effects: Effects<Protocol>;
    let status: unknown;
    this.isStepping = true;
    try {
      effects = life.core.step(event, {
        monotonicMs,
        wallMs: epochMs + this.setup.wallOffsetMs + this.clockOffsetMs + monotonicMs,
      });
      status = life.core.status();
    } catch (error) {
      this.endLife();
      this.ports.failed(this.id, error);
      return;
    } finally {
      this.isStepping = false;
    }
    this.carryOut(life, effects, status);
  }

  private carryOut(life: Life, effects: Effects<Protocol>, status: unknown): void {
    const { disk } = this;
    if (effects.compacted !== undefined) disk.compact(effects.compacted);
    for (const record of effects.journal) disk.append(record);
    for (const { timer, delayMs } of effects.timers) {
      if (this.setup.flaw === 'timers-pile-up' && delayMs !== null) this.pileUp(life, timer, delayMs);
      else life.timers.set(timer, delayMs);
    }
    for (const probe of effects.probes) this.ports.probe(probe);
    const batch: Batch = { sends: effects.sends, replies: effects.replies, status };
    const hasRecords = effects.compacted !== undefined || effects.journal.length > 0;
    const isFree = life.commit.add(batch, hasRecords);
    if (isFree || this.setup.flaw === 'early-output') this.release(life, batch);
    if (life.commit.wantsSync) this.beginSync(life);
  }

  private beginSync(life: Life): void {
    life.commit.beginSync();
    this.disk.beginSync();
    const end = (): void => {
      if (this.life !== life) return;
      if (this.heldSync !== null) {
        this.heldSync.push(end);
        return;
      }
      this.disk.endSync();
      this.syncs++;
      this.take(() => {
        this.onSynced(life);
      });
    };
    this.setup.scheduler.after(drawUs(this.setup.fsync, this.diskPrng), end);
  }

  private onSynced(life: Life): void {
    const released = life.commit.endSync();
    if (this.setup.flaw !== 'early-output') for (const batch of released) this.release(life, batch);
    if (life.commit.wantsSync) this.beginSync(life);
  }

  private release(life: Life, batch: Batch): void {
    life.released = { status: batch.status };
    for (const { to, message } of batch.sends) this.send(to, message);
    for (const { id, response } of batch.replies) {
      const answered = life.open.get(id);
      if (answered === undefined) continue;
      life.open.delete(id);
      answered(response, false);
    }
    this.ports.released(this.id, life.incarnation, batch.status);
  }

  private send(to: NodeId, message: unknown): void {
    this.ports.send(this.id, to, message);
    if (this.setup.flaw !== 'resends') return;
    this.setup.scheduler.after(100_000, () => {
      this.ports.send(this.id, to, message);
    });
  }

  private newLife(core: ProtocolCore<Protocol>, incarnation: number): Life {
    const timers = new SimTimers(this.setup.scheduler, (timer) => {
      this.take(() => {
        if (timers.take(timer)) this.step({ kind: 'timeout', timer });
      });
    });
    return {
      core,
      incarnation,
      timers,
      open: new Map(),
      commit: new OutputCommit(),
      lastRequest: 0,
      released: null,
    };
  }

  private endLife(): void {
    const { life } = this;
    if (life === null) return;
    this.life = null;
    this.arrivals = null;
    this.heldSync = null;
    this.syncs = 0;
    if (this.setup.flaw !== 'timers-survive') life.timers.kill();
    if (this.setup.flaw === 'requests-linger') return;
    for (const answered of life.open.values()) answered(null, true);
    life.open.clear();
  }

  private pileUp(life: Life, timer: string, delayMs: number): void {
    this.setup.scheduler.after(Math.round(delayMs * 1000), () => {
      if (this.life === life) this.step({ kind: 'timeout', timer });
    });
  }
}
