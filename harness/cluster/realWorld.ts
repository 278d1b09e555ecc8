/**
 * Carries a run out on real processes: hands it the reports of the world, stamped with one monotonic clock, and does
 * what it commands. The twin of the simulator's world; a run cannot tell the two apart.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { assertNever } from '../../nodes/kernel/assert.ts';
import { HarnessError } from '../exit.ts';
import type { Op } from '../history.ts';
import type { ClusterAction, Command, Report, Run } from '../world.ts';
import { HttpClient, type Endpoint } from './httpClient.ts';
import type { NodeClient } from './nodeClient.ts';

/** What the real world needs of a cluster (ProcessCluster has it). */
export interface DrivenCluster {
  endpoint(node: NodeId): Endpoint;
  /** Resolves, when they have taken effect, with what could not be done. */
  perform(actions: readonly ClusterAction[]): Promise<readonly string[]>;
  /** Where the cluster reports what nobody had ordered. */
  watch(watcher: ClusterWatcher): void;
  close(): Promise<void>;
}

export interface ClusterWatcher {
  readonly onExited: (node: NodeId, why: string) => void;
  /** A kill damaged what was not synced. */
  readonly onDamaged?: (node: NodeId, what: string) => void;
  readonly onFailed: (error: Error) => void;
}

export interface RealWorldOptions {
  readonly run: Run;
  readonly cluster: DrivenCluster;
  /** Asks the nodes, by HTTP when absent; closed with the run. */
  readonly client?: NodeClient;
  /** Takes every event of the history, before the request of an invocation leaves. */
  readonly record: (op: Op) => void;
  /** The run is interrupted when it has not finished by then, and given up `interruptGraceMs` later. */
  readonly deadlineMs: number;
  readonly interruptGraceMs?: number;
  /** Interrupts the run when aborted: it heals and ends early. */
  readonly signal?: AbortSignal;
  /** Called after every report was handed in, for live views. */
  readonly onReport?: (report: Report, nowNs: number) => void;
}

export interface RealWorldResult {
  readonly durationMs: number;
  readonly interrupted: boolean;
}

/**
 * Resolves when the run has finished. If it fails (the run throws, the history cannot be written, the supervisor dies,
 * nothing happens any more), the cluster is closed first and the promise rejects.
 */
export async function runInRealWorld(options: RealWorldOptions): Promise<RealWorldResult> {
  const world = new RealWorld(options);
  try {
    return await world.finished;
  } catch (error) {
    await options.cluster.close();
    throw error;
  } finally {
    world.close();
  }
}

const interruptGraceDefaultMs = 30_000;
/** Longer timers overflow and fire at once. */
const timerMsMax = 2 ** 31 - 1;

class RealWorld {
  readonly finished: Promise<RealWorldResult>;
  private readonly options: RealWorldOptions;
  private readonly client: NodeClient;
  private readonly startedNs = process.hrtime.bigint();
  private readonly deadline: NodeJS.Timeout;
  private readonly onAbort = (): void => this.interrupt('interrupted');
  private resolve: (result: RealWorldResult) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;
  private wakeAtNs: number | null = null;
  private wakeTimer: NodeJS.Timeout | undefined;
  /** Sends and performs whose end has not been reported yet. */
  private openCount = 0;
  private isOver = false;
  private isInterrupted = false;

  constructor(options: RealWorldOptions) {
    this.options = options;
    this.client = options.client ?? new HttpClient();
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.deadline = setTimeout(
      () => this.interrupt(`not finished after ${options.deadlineMs} ms`),
      options.deadlineMs,
    );
    options.cluster.watch({
      onExited: (node, why) => this.report({ kind: 'exited', node, why }),
      onDamaged: (node, what) => this.report({ kind: 'damaged', node, what }),
      onFailed: (error) => this.fail(error),
    });
    options.signal?.addEventListener('abort', this.onAbort);
    this.report({ kind: 'start' });
    if (options.signal?.aborted === true) this.onAbort();
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.deadline);
    clearTimeout(this.wakeTimer);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.client.close();
  }

  private nowNs(): number {
    return Number(process.hrtime.bigint() - this.startedNs);
  }

  private interrupt(why: string): void {
    if (this.isOver || this.isInterrupted) return;
    this.isInterrupted = true;
    clearTimeout(this.deadline);
    const graceMs = this.options.interruptGraceMs ?? interruptGraceDefaultMs;
    setTimeout(
      () =>
        this.fail(new HarnessError(`the run (${why}) did not end within ${graceMs} ms of its interruption`)),
      graceMs,
    ).unref();
    this.report({ kind: 'interrupt' });
  }

  private report(report: Report): void {
    if (this.isOver) return;
    try {
      const nowNs = this.nowNs();
      for (const command of this.options.run.on(report, nowNs)) this.carryOut(command);
      this.options.onReport?.(report, nowNs);
      if (!this.isOver && this.openCount === 0 && this.wakeAtNs === null)
        throw new HarnessError('the run waits for nothing: no request is open, and no wake is set');
    } catch (error) {
      this.fail(error);
    }
  }

  private carryOut(command: Command): void {
    switch (command.kind) {
      case 'record':
        return this.options.record(command.op);
      case 'send': {
        const { id, node, request, timeoutMs } = command;
        const sent = this.client.send(this.options.cluster.endpoint(node), request, timeoutMs);
        return this.await(sent, (outcome) => ({ kind: 'outcome', id, outcome }));
      }
      case 'perform': {
        const { id, actions } = command;
        const performed = this.options.cluster.perform(actions);
        return this.await(performed, (problems) => ({ kind: 'performed', id, problems }));
      }
      case 'wake':
        return this.setWake(command.atNs);
      case 'finish':
        this.isOver = true;
        return this.resolve({ durationMs: this.nowNs() / 1e6, interrupted: this.isInterrupted });
      default:
        return assertNever(command);
    }
  }

  private await<T>(promise: Promise<T>, toReport: (value: T) => Report): void {
    this.openCount += 1;
    promise.then(
      (value) => {
        this.openCount -= 1;
        this.report(toReport(value));
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** Timers count milliseconds and may fire a fraction early; the rest is waited for turn by turn of the event loop. */
  private setWake(atNs: number): void {
    this.wakeAtNs = atNs;
    clearTimeout(this.wakeTimer);
    const leftMs = (atNs - this.nowNs()) / 1e6;
    if (leftMs <= 0) setImmediate(() => this.onTimer(atNs));
    else this.wakeTimer = setTimeout(() => this.onTimer(atNs), Math.min(leftMs, timerMsMax));
  }

  private onTimer(atNs: number): void {
    if (this.isOver || this.wakeAtNs !== atNs) return;
    if (this.nowNs() < atNs) {
      setImmediate(() => this.onTimer(atNs));
      return;
    }
    this.wakeAtNs = null;
    this.report({ kind: 'wake' });
  }

  private fail(error: unknown): void {
    this.isOver = true;
    this.reject(error);
  }
}
