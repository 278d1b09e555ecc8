/**
 * The event loop around one protocol core: takes an event, steps the core, journals, and releases what is durable. It
 * keeps the five host laws (nodes/kernel/protocol.ts); sockets and files come in as ports.
 *
 *   event ──▶ step ──▶ timers at once
 *                 ├──▶ journal.append ──(group commit)──▶ sync
 *                 └──▶ OutputCommit ◀───────────────────── endSync ──▶ release: status, sends, replies
 */
import type { NodeId, RequestId } from '../kernel/ids.ts';
import { requestId } from '../kernel/ids.ts';
import { OutputCommit } from '../kernel/outputCommit.ts';
import type { Effects, NodeEvent, Now, Protocol, ProtocolCore } from '../kernel/protocol.ts';
import { Timers } from './timers.ts';

/** What the host needs of a journal. */
export interface HostJournal<Record> {
  append(records: readonly Record[]): void;
  replace(records: readonly Record[]): void;
  sync(): Promise<void>;
}

export interface HostParts<P extends Protocol> {
  readonly core: ProtocolCore<P>;
  readonly journal: HostJournal<P['record']>;
  /** Law 4: sends and forgets. */
  readonly send: (to: NodeId, message: P['message']) => void;
  readonly clock: () => Now;
  /** The node cannot go on: the core broke an assumption, or the disk a promise. The host is dropped already. */
  readonly onFatal: (error: Error) => void;
}

/** What a host counts; shown in GET /status. */
export interface HostCounters {
  steps: number;
  requests: number;
  messages: number;
  timeouts: number;
  sends: number;
  replies: number;
  readonly probes: Record<string, number>;
}

/** What one step puts out, until it is released. */
interface StepBatch<P extends Protocol> {
  readonly sends: Effects<P>['sends'];
  readonly replies: Effects<P>['replies'];
  readonly status: P['status'];
}

/** A step's batch, or what somebody waits to do after the batches before it. */
type Batch<P extends Protocol> = StepBatch<P> | (() => void);

export class Host<P extends Protocol> {
  readonly counters: HostCounters = {
    steps: 0,
    requests: 0,
    messages: 0,
    timeouts: 0,
    sends: 0,
    replies: 0,
    probes: {},
  };

  private readonly parts: HostParts<P>;
  private readonly timers: Timers<P['timer']>;
  private readonly commit = new OutputCommit<Batch<P>>();
  private readonly open = new Map<RequestId, (response: P['response']) => void>();
  private readonly events: NodeEvent<P>[] = [];
  private lastRequest = 0;
  private isStepping = false;
  private isStopping = false;
  private isDropped = false;
  private syncing: Promise<void> | null = null;
  private status: P['status'] | undefined;

  constructor(parts: HostParts<P>) {
    this.parts = parts;
    this.timers = new Timers<P['timer']>(
      () => parts.clock().monotonicMs,
      (timer) => this.take({ kind: 'timeout', timer }),
    );
  }

  /** Begins the incarnation. */
  start(): void {
    this.take({ kind: 'start' });
  }

  /** A message of a peer came in. */
  deliver(from: NodeId, message: P['message']): void {
    this.take({ kind: 'message', from, message });
  }

  /** A client asks; `onResponse` is called at most once, when the answer is released. */
  request(request: P['request'], onResponse: (response: P['response']) => void): RequestId {
    const id = requestId(++this.lastRequest);
    this.open.set(id, onResponse);
    this.take({ kind: 'request', id, request });
    return id;
  }

  /** The client of this request is gone. The core goes on with it; the answer leads nowhere. */
  abandon(id: RequestId): void {
    this.open.delete(id);
  }

  /** Calls back when all steps taken so far are released (at once, if they are); never if the host is dropped first. */
  whenReleased(callback: () => void): void {
    if (!this.isDropped && this.commit.add(callback, false)) callback();
  }

  /** The last released status; undefined before the first release. */
  get released(): P['status'] | undefined {
    return this.status;
  }

  /** Ends the incarnation in good order: everything taken so far is synced and released; no more is taken. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.timers.stop();
    while (!this.isDropped && this.syncing !== null) await this.syncing;
    this.drop();
  }

  /** Ends the incarnation at once: nothing leaves any more. */
  drop(): void {
    this.isDropped = true;
    this.timers.stop();
    this.open.clear();
    this.events.length = 0;
  }

  /** Law 1: an event that comes in the middle of a step waits for its end. */
  private take(event: NodeEvent<P>): void {
    if (this.isDropped || this.isStopping) return;
    this.events.push(event);
    if (this.isStepping) return;
    this.isStepping = true;
    try {
      for (let next = this.events.shift(); next !== undefined; next = this.events.shift()) this.step(next);
    } catch (error) {
      this.fail(error);
    } finally {
      this.isStepping = false;
    }
  }

  private step(event: NodeEvent<P>): void {
    const { core, journal } = this.parts;
    const now = this.parts.clock();
    const effects = core.step(event, now);
    this.count(event, effects.probes);
    // Timers are no output: they bind nobody else, and an election must not wait for a disk.
    for (const { timer, delayMs } of effects.timers) {
      if (delayMs === null) this.timers.cancel(timer);
      else this.timers.set(timer, now.monotonicMs + delayMs);
    }
    if (effects.compacted !== undefined) journal.replace(effects.compacted);
    journal.append(effects.journal);
    const hasRecords = effects.compacted !== undefined || effects.journal.length > 0;
    const batch = { sends: effects.sends, replies: effects.replies, status: core.status() };
    if (this.commit.add(batch, hasRecords)) this.release(batch);
    if (this.commit.wantsSync) this.scheduleSync();
  }

  private count(event: NodeEvent<P>, probes: readonly string[]): void {
    const { counters } = this;
    counters.steps += 1;
    if (event.kind === 'message') counters.messages += 1;
    else if (event.kind === 'request') counters.requests += 1;
    else if (event.kind === 'timeout') counters.timeouts += 1;
    for (const probe of probes) counters.probes[probe] = (counters.probes[probe] ?? 0) + 1;
  }

  /** After the events that are already there: what they append shares the sync. */
  private scheduleSync(): void {
    this.syncing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.sync());
  }

  private async sync(): Promise<void> {
    if (this.isDropped) return;
    this.commit.beginSync();
    try {
      await this.parts.journal.sync();
      if (this.isDropped) return;
      this.syncing = null;
      for (const batch of this.commit.endSync()) this.release(batch);
      if (this.commit.wantsSync) this.scheduleSync();
    } catch (error) {
      // After a failed fsync nobody knows what is on the disk; going on could break a promise.
      this.fail(error);
    }
  }

  /** Law 2 holds here: the records of this batch, and of all before it, are durable. */
  private release(batch: Batch<P>): void {
    if (typeof batch === 'function') return batch();
    this.status = batch.status;
    this.counters.sends += batch.sends.length;
    this.counters.replies += batch.replies.length;
    for (const { to, message } of batch.sends) this.parts.send(to, message);
    for (const { id, response } of batch.replies) {
      const onResponse = this.open.get(id);
      this.open.delete(id);
      onResponse?.(response);
    }
  }

  private fail(error: unknown): void {
    this.drop();
    this.parts.onFatal(error instanceof Error ? error : new Error(String(error)));
  }
}
