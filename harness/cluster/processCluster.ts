/**
 * A cluster of real processes behind directed links, as a run sees it: it performs primitives and says when they have
 * taken effect. Nodes and links live in a supervising process, which outlives the harness just long enough to clean up.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeId, nodeNumber, type NodeId } from '../../nodes/kernel/ids.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import { createPrng, type Prng } from '../../nodes/kernel/prng.ts';
import { HarnessError, Interrupted } from '../exit.ts';
import type { ClusterAction, Damage } from '../world.ts';
import { bundleHost } from './bundle.ts';
import { freePort, isPortFree } from './freePort.ts';
import type { Endpoint } from './httpClient.ts';
import type { LinkTraffic } from './links/link.ts';
import type { LinkAddress } from './links/mesh.ts';
import { introduce } from './introduce.ts';
import { NodeSlot, type NodeState } from './nodeSlot.ts';
import type { NodePlace, ProgramOf } from './program.ts';
import { describeExit } from './readiness.ts';
import { runJob, type Job, type JobEnd } from './job.ts';
import type { ClusterWatcher, DrivenCluster } from './realWorld.ts';
import type { Exit } from './supervisor/control.ts';
import { markVariable } from './supervisor/processGroup.ts';
import { SupervisorClient } from './supervisorClient.ts';

export interface ClusterOptions {
  readonly nodes: number;
  /** So many start first; the others (proxies in front of them) once these are ready. All at once when absent. */
  readonly first?: number;
  readonly program: ProgramOf;
  /** Where nodes/<id>/ are made: the run's folder. */
  readonly folder: string;
  /** Of the links: jitter, resets, duplicates. */
  readonly seed: string | number;
  /** Node i listens on basePort + i − 1; free ports are chosen when absent. */
  readonly basePort?: number;
  /** Where the nodes listen, in their order, if they cannot be told. */
  readonly ports?: readonly number[];
  readonly readyMs?: number;
  readonly stopGraceMs?: number;
  /** Ends the start of all nodes early, and has no say afterwards. */
  readonly signal?: AbortSignal;
}

const host = '127.0.0.1';
const supervisorEntry = fileURLToPath(new URL('supervisor.ts', import.meta.url));
const readyDefaultMs = 10_000;
const stopGraceDefaultMs = 2_000;

/** Starts everything and resolves when all nodes are ready; if one is not, nothing is left behind. */
export async function startCluster(options: ClusterOptions): Promise<ProcessCluster> {
  const cluster = await ProcessCluster.open(options);
  try {
    await cluster.startAll();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

export class ProcessCluster implements DrivenCluster {
  private readonly options: ClusterOptions;
  private readonly mark = `${process.pid}-${randomUUID()}`;
  private readonly slots = new Map<NodeId, NodeSlot>();
  /** Per node, where it reaches each other node. */
  private readonly linkUrls = new Map<NodeId, Map<NodeId, string>>();
  private readonly watchers = new Set<ClusterWatcher>();
  /** Who waits for the end of which job. */
  private readonly jobs = new Map<NodeId, (exit: Exit) => void>();
  private supervisorClient: SupervisorClient | undefined;
  private closing: Promise<void> | undefined;
  private hasGrown = false;
  private readonly diskPrng: Prng;

  private constructor(options: ClusterOptions) {
    // Nodes run in their own folders: relative paths would lead elsewhere there.
    this.options = { ...options, folder: resolve(options.folder) };
    this.diskPrng = createPrng(options.seed).fork('disks');
  }

  /** A cluster with its supervisor, and no node yet. */
  static async open(options: ClusterOptions): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(options);
    const folder = join(cluster.options.folder, 'nodes');
    mkdirSync(folder, { recursive: true });
    cluster.supervisorClient = await SupervisorClient.start({
      program: await bundleHost(join(folder, 'supervisor.mjs'), { entry: supervisorEntry, models: [] }),
      seed: String(options.seed),
      mark: cluster.mark,
      logFile: join(folder, 'supervisor.log'),
      onExit: (exit) => cluster.onExit(exit),
      onDeath: (error) => cluster.watchers.forEach((watcher) => watcher.onFailed(error)),
    });
    return cluster;
  }

  get nodes(): readonly NodeId[] {
    return [...this.slots.keys()];
  }

  endpoint(node: NodeId): Endpoint {
    const { host, port } = this.place(node);
    return { host, port };
  }

  /** Where clients reach a node: not by a link. */
  url(node: NodeId): string {
    const { host, port } = this.place(node);
    return `http://${host}:${port}`;
  }

  place(node: NodeId): NodePlace {
    return this.slot(node).place;
  }

  watch(watcher: ClusterWatcher): void {
    this.watchers.add(watcher);
  }

  async startAll(): Promise<void> {
    const nodes = Array.from({ length: this.options.nodes }, (_, index) => nodeId(index + 1));
    await this.addSlots(nodes);
    const { first = nodes.length, signal } = this.options;
    try {
      for (const wave of [nodes.slice(0, first), nodes.slice(first)])
        await Promise.all(wave.map((node) => this.slot(node).start(signal)));
    } catch (error) {
      throw signal?.aborted === true ? new Interrupted('interrupted while nodes were getting ready') : error;
    }
  }

  /**
   * Performs actions: the links all at once, then the nodes side by side, each node's own in their order. Resolves when
   * all have taken effect, with a sentence for each that could not be done.
   */
  async perform(actions: readonly ClusterAction[]): Promise<readonly string[]> {
    const settings = actions.filter((action) => action.kind === 'link');
    if (settings.length > 0) await this.supervisor.order({ kind: 'set-links', settings });
    const outcomes = await Promise.all(actions.map((action) => this.performOnNode(action)));
    return outcomes.filter((problem) => problem !== null);
  }

  /**
   * Starts one more node, which is a member of nothing yet, with links from and to all others, and tells the running
   * ones where it is. For reference models, whose hosts can be told.
   */
  async addNode(): Promise<{ readonly node: NodeId; readonly problems: readonly string[] }> {
    const node = nodeId(Math.max(0, ...this.nodes.map(nodeNumber)) + 1);
    return { node, problems: await this.create(node) };
  }

  private async create(node: NodeId): Promise<readonly string[]> {
    this.hasGrown = true;
    await this.addSlots([node]);
    await this.slot(node).start();
    // Those that are down or paused are told when they are back.
    const running = this.nodes.filter((other) => this.slot(other).state === 'up');
    const problems = await Promise.all(running.map((other) => this.introducePeers(other)));
    return problems.filter((problem) => problem !== null);
  }

  /** Runs a program to its end beside the nodes, in the care of the supervisor. */
  runJob(job: Job): Promise<JobEnd> {
    const env = { ...job.env, [markVariable]: this.mark };
    return runJob({ ...job, env }, this.supervisor, this.jobs);
  }

  state(node: NodeId): NodeState {
    return this.slot(node).state;
  }

  /** What every link has done so far. */
  traffic(): Promise<LinkTraffic[]> {
    return this.supervisor.order({ kind: 'traffic' });
  }

  /** The address under which `from` reaches `to`. */
  linkUrl(from: NodeId, to: NodeId): string {
    const url = this.linkUrls.get(from)?.get(to);
    if (url === undefined) throw new HarnessError(`there is no link from ${from} to ${to}`);
    return url;
  }

  /** Kills every node and waits until nothing is left. May be called more than once. */
  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    await this.supervisor.close();
    for (const slot of this.slots.values()) slot.onClosed();
  }

  private get supervisor(): SupervisorClient {
    if (this.supervisorClient === undefined) throw new HarnessError('the cluster is not open');
    return this.supervisorClient;
  }

  private async performOnNode(action: ClusterAction): Promise<string | null> {
    try {
      if (action.kind === 'create') return (await this.create(action.node)).join('; ') || null;
      await this.carryOut(action);
      const isBack = action.kind === 'start' || action.kind === 'resume';
      return isBack && this.hasGrown && this.slot(action.node).state === 'up'
        ? await this.introducePeers(action.node)
        : null;
    } catch (error) {
      // A node that cannot be acted on is news for the run; a supervisor that does not answer is the end of it.
      const isStart = action.kind === 'start' || action.kind === 'create';
      if (error instanceof HarnessError && !isStart) throw error;
      return `${action.kind}: ${(error as Error).message}`;
    }
  }

  private carryOut(action: Exclude<ClusterAction, { kind: 'create' }>): Promise<void> {
    switch (action.kind) {
      case 'discard':
        return this.slot(action.node).discard();
      case 'kill':
        return action.damage === undefined
          ? this.slot(action.node).kill()
          : this.losePower(action.node, action.damage);
      case 'stop':
        return this.slot(action.node).stop();
      case 'start':
        return this.slot(action.node).start();
      case 'pause':
        return this.slot(action.node).pause();
      case 'resume':
        return this.slot(action.node).resume();
      case 'clock':
        return this.slot(action.node).setClock(action.offsetMs);
      case 'link':
        return Promise.resolve();
      default:
        return assertNever(action);
    }
  }

  private async losePower(node: NodeId, damage: Damage): Promise<void> {
    const what = await this.slot(node).losePower(damage, this.diskPrng);
    if (what !== null) this.watchers.forEach((watcher) => watcher.onDamaged?.(node, what));
  }

  /** A node that starts again knows only the peers of its command line. */
  private async introducePeers(node: NodeId): Promise<string | null> {
    const problem = await introduce(this.endpoint(node), this.linksFrom(node));
    return problem === null ? null : `${node} was not told of its new peers: ${problem}`;
  }

  private linksFrom(node: NodeId): NodePlace['peers'] {
    return [...(this.linkUrls.get(node) ?? [])].map(([peer, url]) => ({
      node: peer,
      number: nodeNumber(peer),
      url,
    }));
  }

  private async addSlots(nodes: readonly NodeId[]): Promise<void> {
    const ports = new Map<NodeId, number>();
    // Also of nodes that are gone: who still asks one of those must not reach another.
    const used = [...this.slots.values()].map(({ place }) => place.port);
    for (const node of nodes) ports.set(node, await this.choosePort(node, [...used, ...ports.values()]));
    for (const address of await this.supervisor.order({ kind: 'add-links', nodes }))
      this.rememberLink(address);
    for (const node of nodes) this.slots.set(node, this.createSlot(node, ports.get(node) ?? 0));
  }

  private rememberLink({ from, to, port }: LinkAddress): void {
    const urls = this.linkUrls.get(from) ?? new Map<NodeId, string>();
    this.linkUrls.set(from, urls.set(to, `http://${host}:${port}`));
  }

  private createSlot(node: NodeId, port: number): NodeSlot {
    const folder = join(this.options.folder, 'nodes', node);
    // A node that is added later belongs to no cluster yet, so it is started without peers.
    const peers = this.hasGrown ? [] : this.linksFrom(node);
    const place = { node, number: nodeNumber(node), host, port, peers, dataDirectory: join(folder, 'data') };
    return new NodeSlot(this.supervisor, place, {
      program: this.options.program,
      folder,
      env: { PATH: process.env['PATH'] ?? '', PYTHONUNBUFFERED: '1', [markVariable]: this.mark },
      readyMs: this.options.readyMs ?? readyDefaultMs,
      stopGraceMs: this.options.stopGraceMs ?? stopGraceDefaultMs,
      isPortFixed: this.fixedPort(node) !== undefined,
    });
  }

  private async choosePort(node: NodeId, taken: readonly number[]): Promise<number> {
    const port = this.fixedPort(node);
    if (port === undefined) {
      const free = await freePort();
      return taken.includes(free) ? this.choosePort(node, taken) : free;
    }
    if (await isPortFree(port)) return port;
    const choice =
      this.options.ports === undefined
        ? 'stop it, choose another --base-port, or leave --base-port out to get free ports'
        : 'stop it; the ports of these nodes are fixed';
    throw new HarnessError(`port ${port}, which ${node} should have, is taken by another program; ${choice}`);
  }

  private fixedPort(node: NodeId): number | undefined {
    const { basePort, ports } = this.options;
    const index = nodeNumber(node) - 1;
    return ports === undefined ? basePort && basePort + index : ports[index];
  }

  private slot(node: NodeId): NodeSlot {
    const slot = this.slots.get(node);
    if (slot === undefined) throw new HarnessError(`there is no node ${node}`);
    return slot;
  }

  private onExit(exit: Exit): void {
    this.jobs.get(exit.node)?.(exit);
    const isNews = this.slots.get(exit.node)?.onExit(exit) === true;
    if (!isNews) return;
    const last = exit.stderrTail.split('\n').at(-1) ?? '';
    const why = describeExit(exit) + (last === '' ? '' : `: ${last}`);
    for (const watcher of this.watchers) watcher.onExited(exit.node, why);
  }
}
