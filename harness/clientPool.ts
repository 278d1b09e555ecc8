/**
 * All client threads of a run: the interpreter says what is invoked, a client carries it out, and what comes of it goes
 * into the history. It keeps the figures that the live view shows. O(1) per event, apart from the number of threads.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Sessions, Settling } from '../nodes/kernel/model.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { Json, WireRequest } from '../nodes/kernel/wire.ts';
import { Client, type ClientResult } from './client.ts';
import type { RunConfig } from './config.ts';
import { stagger } from './generator/index.ts';
import { Interpreter, type Dispatch } from './interpreter.ts';
import { LatencyWindow } from './latencyWindow.ts';
import type { NemesisEvent } from './nemesis.ts';
import { serviceOf, type ApiProfile } from './profile.ts';
import type { RunView } from './runView.ts';
import { looking, type Action, type Service, type Workload, type WorkloadOptions } from './workload.ts';
import type { Op } from './history.ts';
import type { WireOutcome } from './world.ts';

export interface ClientPoolOptions {
  readonly config: RunConfig;
  readonly nodes: readonly NodeId[];
  readonly workload: Workload;
  readonly profile: ApiProfile;
  readonly deduplicates: boolean;
  readonly sessions: Sessions;
  /** What is claimed of convergence, if anything. */
  readonly converges?: Settling | undefined;
  readonly attemptTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly prng: Prng;
  readonly record: (op: Op) => void;
  /** Sends a request; the outcome comes back under the answered id. */
  readonly send: (node: NodeId, request: WireRequest, timeoutMs: number) => number;
  /** When the thread's client wants `onAlarm` to be called. */
  readonly setAlarm: (thread: number, atNs: number | null) => void;
}

interface Thread {
  readonly client: Client;
  /** What it is doing. */
  dispatch: Dispatch | null;
  sinceNs: number;
  /** The action that is carried out, and the results of those before it. */
  action: Action | null;
  results: readonly Json[];
  /** Whether one of those before it may have changed something. */
  hasChanged: boolean;
  /** The process cannot go on after what it is doing. */
  endsSession: boolean;
}

export class ClientPool {
  readonly probes: Record<string, number> = {};
  private readonly options: ClientPoolOptions;
  private readonly interpreter: Interpreter;
  private readonly threads: readonly Thread[];
  /** Which thread waits for the outcome of which send. */
  private readonly senders = new Map<number, number>();
  private readonly readOnly: ReadonlySet<string>;
  private readonly counts = { ok: 0, fail: 0, info: 0 };
  private readonly latencies = new LatencyWindow();
  private readonly service: Service;
  /** The keys of operations that have several. */
  private readonly furtherKeys = new Set<string>();
  private nodes: readonly NodeId[];

  constructor(options: ClientPoolOptions) {
    const { config, workload, prng } = options;
    this.options = options;
    this.nodes = options.nodes;
    this.readOnly = new Set(workload.idempotent);
    this.service = serviceOf(options.profile);
    const generator = workload.generator(this.workloadOptions);
    this.interpreter = new Interpreter({
      generator: config.rate === null ? generator : stagger(1000 / config.rate, generator),
      concurrency: config.concurrency,
      prng: prng.fork('interpreter'),
    });
    this.threads = Array.from({ length: config.concurrency }, (_, thread) => ({
      client: this.createClient(thread),
      dispatch: null,
      sinceNs: 0,
      action: null,
      results: [],
      hasChanged: false,
      endsSession: false,
    }));
  }

  /** Number of operations in flight. */
  get busy(): number {
    return this.interpreter.busy;
  }

  /** Number of operations that have succeeded. */
  get succeeded(): number {
    return this.counts.ok;
  }

  /** Invokes all that can be invoked now; then when to ask again, or that there is nothing more to come. */
  dispatch(nowNs: number): { readonly untilNs: number | null } | 'done' {
    for (;;) {
      const next = this.interpreter.next(nowNs);
      if (next.kind === 'done') return 'done';
      if (next.kind === 'wait') return { untilNs: next.untilNs ?? null };
      this.invoke(next, nowNs);
    }
  }

  /** Whether this outcome belonged to a client, and was taken. */
  onOutcome(id: number, outcome: WireOutcome, nowNs: number): boolean {
    const thread = this.senders.get(id);
    if (thread === undefined) return false;
    this.senders.delete(id);
    this.settle(thread, this.threadOf(thread).client.onOutcome(id, outcome, nowNs), nowNs);
    return true;
  }

  onAlarm(thread: number, nowNs: number): void {
    this.settle(thread, this.threadOf(thread).client.onAlarm(nowNs), nowNs);
  }

  /** Nodes have come or gone. A process that had to stay with one that is gone acts no more. */
  setNodes(nodes: readonly NodeId[]): void {
    this.nodes = nodes;
    for (const [number, thread] of this.threads.entries()) {
      if (!thread.client.setNodes(nodes, homeOf(number, nodes))) continue;
      if (thread.dispatch === null) this.interpreter.renewProcess(number);
      else thread.endsSession = true;
    }
  }

  /** Goes on with the final reads. */
  startFinalReads(): void {
    const { workload, sessions, converges } = this.options;
    const { interpreter } = this;
    const keys = [...interpreter.keys, ...this.furtherKeys].map((key) => ({
      key,
      crashes: interpreter.crashes(key),
    }));
    interpreter.swap(workload.finalGenerator(this.workloadOptions, keys));
    if (converges === undefined || sessions === 'roaming') return;
    // Every node is read: no session that stayed with one may go on.
    interpreter.renewProcesses();
    for (const { client } of this.threads) client.endSession();
  }

  recordNemesis(event: NemesisEvent, nowNs: number): void {
    this.options.record(this.interpreter.nemesis(event, nowNs));
  }

  view(nowNs: number): Pick<RunView, 'operations' | 'latencyMs'> {
    return {
      operations: { ...this.counts, open: this.busy },
      latencyMs: this.latencies.quantiles(nowNs),
    };
  }

  private get workloadOptions(): WorkloadOptions {
    const { config, sessions, converges } = this.options;
    const { nodes, concurrency } = config;
    const { nodes: members, service } = this;
    return { nodes, members, concurrency, sessions, service, ...(converges && { converges }) };
  }

  private createClient(thread: number): Client {
    const { nodes, profile, deduplicates, sessions, attemptTimeoutMs, operationTimeoutMs, prng } =
      this.options;
    const home = homeOf(thread, nodes);
    const send = (node: NodeId, request: WireRequest, timeoutMs: number): number => {
      const id = this.options.send(node, request, timeoutMs);
      this.senders.set(id, thread);
      return id;
    };
    const count = (probe: string): void => {
      this.probes[probe] = (this.probes[probe] ?? 0) + 1;
    };
    return new Client({
      nodes,
      home,
      profile,
      deduplicates,
      sessions,
      attemptTimeoutMs,
      operationTimeoutMs,
      prng: prng.fork(`client-${thread}`),
      port: { send, count },
    });
  }

  private invoke(dispatch: Dispatch, nowNs: number): void {
    const { invocation, op } = dispatch;
    const thread = this.threadOf(dispatch.thread);
    const node =
      invocation.node ?? invocation.entry ?? thread.client.entryNode(this.readOnly.has(invocation.f));
    thread.dispatch = dispatch;
    thread.sinceNs = nowNs;
    thread.results = [];
    thread.hasChanged = false;
    for (const key of this.options.workload.keysOf?.(invocation) ?? []) this.furtherKeys.add(key);
    this.options.record({ ...op, node });
    this.carryOut(thread, dispatch, this.options.workload.action(invocation, this.service), node, nowNs);
  }

  private carryOut(
    thread: Thread,
    { process, invocation, thread: number }: Dispatch,
    action: Action,
    node: NodeId,
    nowNs: number,
  ): void {
    thread.action = action;
    const readOnly = this.readOnly.has(invocation.f) || looking.has(action.kind);
    const isPinned = invocation.node !== undefined;
    thread.client.invoke({ process, action, readOnly, node, isPinned }, nowNs);
    this.options.setAlarm(number, thread.client.alarmNs);
  }

  /** After a client has moved: its alarm; what follows if the operation goes on; and its completion once it has one. */
  private settle(number: number, result: ClientResult | null, nowNs: number): void {
    const thread = this.threadOf(number);
    this.options.setAlarm(number, thread.client.alarmNs);
    if (result === null) return;
    const { dispatch, action } = thread;
    assert(dispatch !== null && action !== null, 'a client completes what its thread invoked');
    const { invocation } = dispatch;
    if (result.type === 'ok') {
      thread.results = [...thread.results, result.result];
      thread.hasChanged ||= !looking.has(action.kind);
      const next = this.options.workload.following?.(invocation, thread.results, this.service) ?? null;
      if (next !== null) return this.carryOut(thread, dispatch, next, result.node, nowNs);
    }
    thread.dispatch = null;
    this.complete(thread, dispatch, result, nowNs);
  }

  private complete(thread: Thread, dispatch: Dispatch, result: ClientResult, nowNs: number): void {
    const { invocation } = dispatch;
    const { workload, record } = this.options;
    const { node } = result;
    // What an earlier action changed stays changed, even if a later one certainly did nothing.
    const type = result.type === 'fail' && thread.hasChanged ? 'info' : result.type;
    const isOver = thread.endsSession;
    thread.endsSession = false;
    const completion =
      result.type === 'ok'
        ? {
            type,
            value: workload.completed(invocation, result.result, thread.results),
            node,
            endsSession: isOver,
          }
        : {
            type,
            value: invocation.value,
            error: result.error,
            node,
            endsSession: isOver || result.endsSession === true,
          };
    this.counts[type]++;
    if (type === 'ok') this.latencies.add((nowNs - thread.sinceNs) / 1e6, nowNs);
    record(this.interpreter.complete(dispatch.thread, completion, nowNs));
    if (invocation.endsSession === true || isOver || type === 'info') thread.client.endSession();
  }

  private threadOf(number: number): Thread {
    const thread = this.threads[number];
    assert(thread !== undefined, `there is no thread ${number}`);
    return thread;
  }
}

/** The node that the client of a thread asks first. */
function homeOf(thread: number, nodes: readonly NodeId[]): NodeId {
  const home = nodes[thread % nodes.length];
  assert(home !== undefined, 'there is at least one node');
  return home;
}
