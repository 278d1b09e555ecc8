/**
 * All client threads of a run: the interpreter says what is invoked, a client carries it out, and what comes of it goes
 * into the history. It keeps the figures that the live view shows. O(1) per event, apart from the number of threads.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Sessions } from '../nodes/kernel/model.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { WireRequest } from '../nodes/kernel/wire.ts';
import { Client, type ClientResult } from './client.ts';
import type { RunConfig } from './config.ts';
import { stagger } from './generator/index.ts';
import { Interpreter, type Dispatch } from './interpreter.ts';
import { LatencyWindow } from './latencyWindow.ts';
import type { NemesisEvent } from './nemesis.ts';
import type { ApiProfile } from './profile.ts';
import type { RunView } from './runView.ts';
import type { Workload, WorkloadOptions } from './workload.ts';
import type { Op } from './history.ts';
import type { WireOutcome } from './world.ts';

export interface ClientPoolOptions {
  readonly config: RunConfig;
  readonly nodes: readonly NodeId[];
  readonly workload: Workload;
  readonly profile: ApiProfile;
  readonly deduplicates: boolean;
  readonly sessions: Sessions;
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

  constructor(options: ClientPoolOptions) {
    const { config, workload, prng } = options;
    this.options = options;
    this.readOnly = new Set(workload.idempotent);
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
    }));
  }

  /** Number of operations in flight. */
  get busy(): number {
    return this.interpreter.busy;
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

  /** Goes on with the final reads. */
  startFinalReads(): void {
    const { workload } = this.options;
    this.interpreter.swap(workload.finalGenerator(this.workloadOptions, this.interpreter.keys));
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
    const { nodes, concurrency } = this.options.config;
    return { nodes, concurrency, sessions: this.options.sessions };
  }

  private createClient(thread: number): Client {
    const { nodes, profile, deduplicates, sessions, attemptTimeoutMs, operationTimeoutMs, prng } =
      this.options;
    const home = nodes[thread % nodes.length];
    assert(home !== undefined, 'there is at least one node');
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
    const { invocation, process, op } = dispatch;
    const thread = this.threadOf(dispatch.thread);
    const readOnly = this.readOnly.has(invocation.f);
    const node = thread.client.entryNode(readOnly);
    thread.dispatch = dispatch;
    thread.sinceNs = nowNs;
    this.options.record({ ...op, node });
    const action = this.options.workload.action(invocation);
    thread.client.invoke({ process, action, readOnly, node }, nowNs);
    this.options.setAlarm(dispatch.thread, thread.client.alarmNs);
  }

  /** After a client has moved: its alarm, and the completion if it has one. */
  private settle(number: number, result: ClientResult | null, nowNs: number): void {
    const thread = this.threadOf(number);
    this.options.setAlarm(number, thread.client.alarmNs);
    if (result === null) return;
    const { dispatch } = thread;
    assert(dispatch !== null, 'a client completes what its thread invoked');
    thread.dispatch = null;
    const { invocation } = dispatch;
    const { workload, record } = this.options;
    const { type, node } = result;
    const completion =
      type === 'ok'
        ? { type, value: workload.completed(invocation, result.result), node }
        : {
            type,
            value: invocation.value,
            error: result.error,
            node,
            endsSession: result.endsSession === true,
          };
    this.counts[type]++;
    if (type === 'ok') this.latencies.add((nowNs - thread.sinceNs) / 1e6, nowNs);
    record(this.interpreter.complete(number, completion, nowNs));
  }

  private threadOf(number: number): Thread {
    const thread = this.threads[number];
    assert(thread !== undefined, `there is no thread ${number}`);
    return thread;
  }
}
