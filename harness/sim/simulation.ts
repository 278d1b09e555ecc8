/**
 * One simulated run from its start to its end: a cluster, a run that drives it, the invariants that watch it, and the
 * hash of its trace. A pure function of its setup.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { NodeModel, OptionValues } from '../../nodes/kernel/model.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import { rosterOf } from '../../nodes/kernel/roster.ts';
import type { NodeEvent, Protocol } from '../../nodes/kernel/protocol.ts';
import type { Op } from '../history.ts';
import type { Run } from '../world.ts';
import { type ClusterObserver, SimCluster } from './cluster.ts';
import type { HostFlaw } from './flaws.ts';
import { type Failure, type InvariantWatch, watchInvariants } from './invariants.ts';
import type { Personality } from './personality.ts';
import { Scheduler } from './scheduler.ts';
import { TraceHash } from './traceHash.ts';
import { SimWorld } from './world.ts';

export interface SimulationSetup {
  readonly model: NodeModel;
  readonly options: OptionValues;
  readonly bug: string | null;
  readonly flaw?: HostFlaw;
  readonly nodes: readonly NodeId[];
  readonly personality: Personality;
  readonly run: Run;
  /** The stream of everything that the simulated world draws. */
  readonly prng: Prng;
  /** A run that is not over by then is stuck. */
  readonly limitMs: number;
}

export interface Simulated {
  readonly history: readonly Op[];
  /** What broke inside the cluster; the run ends there. */
  readonly failure: Failure | null;
  /** Noteworthy things that cores did, counted. */
  readonly probes: ReadonlyMap<string, number>;
  /** Events that cores took. */
  readonly steps: number;
  readonly hash: string;
  /** How much virtual time it took. */
  readonly timeNs: number;
  /** Whether any cut link had a message to stop. */
  readonly cutMessages: number;
}

/** Thousands of times what a busy cluster does; only a run that goes round in circles, without time going by, gets there. */
const plannedPerMsMax = 50;

/** A run that neither finished nor failed within its limit: a mistake of the run, not of the system under test. */
export class StuckRun extends Error {
  override name = 'StuckRun';
}

export function simulate(setup: SimulationSetup): Simulated {
  const scheduler = new Scheduler();
  const hash = new TraceHash();
  const monitor = new Monitor(setup, scheduler, hash);
  const cluster = new SimCluster({ ...setup, flaw: setup.flaw ?? null, scheduler }, monitor);
  const world = new SimWorld(setup.run, cluster, scheduler, (op) => {
    hash.value(op, 4);
  });
  world.start();
  const limitUs = setup.limitMs * 1000;
  const plannedMax = setup.limitMs * plannedPerMsMax;
  while (!world.isFinished && monitor.failure === null) {
    if (!scheduler.step()) throw new StuckRun('nothing is left to happen, and the run is not over');
    if (scheduler.count > plannedMax)
      throw new StuckRun(`more than ${plannedMax} things happened, and the run is not over`);
    if (scheduler.nowUs > limitUs) throw new StuckRun(`the run is not over after ${setup.limitMs} ms`);
  }
  return {
    history: world.history,
    failure: monitor.failure,
    probes: monitor.probes,
    steps: monitor.steps,
    hash: hash.digest(),
    timeNs: scheduler.nowUs * 1000,
    cutMessages: cluster.network.cutCount,
  };
}

/** Counts, hashes and watches what the cores do. */
class Monitor implements ClusterObserver {
  failure: Failure | null = null;
  steps = 0;
  readonly probes = new Map<string, number>();
  private readonly watch: InvariantWatch;
  private readonly scheduler: Scheduler;
  private readonly hash: TraceHash;

  constructor({ model, options, nodes }: SimulationSetup, scheduler: Scheduler, hash: TraceHash) {
    this.watch = watchInvariants(model, rosterOf(model, options, nodes.length).fronts);
    this.scheduler = scheduler;
    this.hash = hash;
  }

  stepping(node: NodeId, event: NodeEvent<Protocol>): void {
    this.steps++;
    const { hash } = this;
    hash.number(this.scheduler.nowUs);
    hash.text(node);
    hash.value(event, 5);
  }

  released(node: NodeId, incarnation: number, status: unknown): void {
    if (this.failure !== null) return;
    const broken = this.watch(node, incarnation, status);
    if (broken !== null) this.fail(broken.name, node, broken.explanation);
  }

  probe(name: string): void {
    this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
  }

  failed(node: NodeId, error: unknown): void {
    if (this.failure !== null) return;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.fail('crash', node, `the core of ${node} threw ${why}`);
  }

  private fail(kind: string, node: NodeId, explanation: string): void {
    this.failure = { kind, node, timeNs: this.scheduler.nowUs * 1000, explanation };
    this.hash.text(kind);
    this.hash.text(explanation);
  }
}
