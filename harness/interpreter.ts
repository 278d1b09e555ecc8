/**
 * The interpreter turns a generator into a history. It has the shape of a protocol core: the time and completions go
 * in, dispatches come out, and there is no I/O. It owns what a history must get right: which threads are free, which
 * process acts in which thread, and the index of every event.
 *
 *   next(now)      → a dispatch (record its op, then send it), or how long to wait, or that all is done
 *   complete(…)    → the completion to record; the thread is free again
 *
 * A completion should be handed in before the next dispatch is asked for, so that generators decide on what is known.
 */
import { assert } from '../nodes/kernel/assert.ts';
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { Prng } from '../nodes/kernel/prng.ts';
import type { Json } from '../nodes/kernel/wire.ts';
import type { Generator, GeneratorContext, Invocation } from './generator/generator.ts';
import { invocationProblems } from './generator/validate.ts';
import type { Op } from './history.ts';

export interface InterpreterOptions {
  readonly generator: Generator;
  /** Number of client threads. */
  readonly concurrency: number;
  readonly prng: Prng;
}

/** An operation to be sent by a thread. `op` is its recorded invocation. */
export interface Dispatch {
  readonly kind: 'dispatch';
  readonly thread: number;
  readonly process: number;
  readonly invocation: Invocation;
  readonly op: Op;
}

/** Nothing now: ask again after a completion, or at `untilNs` if given. */
export interface Wait {
  readonly kind: 'wait';
  readonly untilNs?: number;
}

export type Next = Dispatch | Wait | { readonly kind: 'done' };

/** How the operation of a thread ended. */
export interface Completion {
  readonly type: 'ok' | 'fail' | 'info';
  /** What the history shows: the read value of an `ok`; otherwise usually the value of the invocation. */
  readonly value: Json;
  readonly error?: string;
  /** The node that was asked last. */
  readonly node?: NodeId;
  /** The process acts no more, whatever came of this operation. */
  readonly endsSession?: boolean;
}

/** A generator that answers nonsense, or that waits for something that cannot happen. */
export class GeneratorError extends Error {
  override name = 'GeneratorError';
}

export class Interpreter {
  readonly concurrency: number;
  private generator: Generator;
  private readonly prng: Prng;
  private readonly threadPrng: Prng;
  private readonly threads: readonly number[];
  /** Ascending. Replaced, never changed in place: contexts hand it out. */
  private free: readonly number[];
  /** The process in each thread; process % concurrency is the thread. */
  private readonly processes: number[];
  /** What each busy thread is doing. */
  private readonly open: (Dispatch | undefined)[];
  /** By key, in the order of their first invocation: how many operations ended in `info`. */
  private readonly crashesByKey = new Map<string, number>();
  private nextIndex = 0;
  private lastTimeNs = 0;
  // Made once: every context hands them out.
  private readonly processOf = (thread: number): number => {
    const process = this.processes[thread];
    assert(process !== undefined, `there is no thread ${thread}`);
    return process;
  };
  private readonly threadOf = (process: number): number => process % this.concurrency;

  constructor(options: InterpreterOptions) {
    assert(
      Number.isInteger(options.concurrency) && options.concurrency > 0,
      'there is at least one client thread',
    );
    this.concurrency = options.concurrency;
    this.generator = options.generator;
    this.prng = options.prng.fork('generator');
    this.threadPrng = options.prng.fork('threads');
    this.threads = Array.from({ length: options.concurrency }, (_, thread) => thread);
    this.free = this.threads;
    this.processes = [...this.threads];
    this.open = this.threads.map(() => undefined);
  }

  /** Number of threads with an operation in flight. */
  get busy(): number {
    return this.concurrency - this.free.length;
  }

  /** The keys of all invocations so far, in the order of their first one. */
  get keys(): readonly string[] {
    return [...this.crashesByKey.keys()];
  }

  /** How many operations on this key ended in `info` so far. */
  crashes(key: string): number {
    return this.crashesByKey.get(key) ?? 0;
  }

  /** The next thing to do at this time. Ask again after every dispatch, until it says `wait` or `done`. */
  next(nowNs: number): Next {
    this.advance(nowNs);
    if (this.free.length === 0) return { kind: 'wait' };
    const step = this.generator.next(this.context());
    switch (step.kind) {
      case 'exhausted':
        return this.busy > 0 ? { kind: 'wait' } : { kind: 'done' };
      case 'pending':
        this.generator = step.rest;
        if (step.untilNs !== undefined) return { kind: 'wait', untilNs: step.untilNs };
        if (this.busy === 0) throw new GeneratorError('the generator waits, but nothing is going on');
        return { kind: 'wait' };
      case 'op':
        this.generator = step.rest;
        return this.dispatch(step.op);
    }
  }

  /** Ends the operation of a thread. A process whose operation ended in `info`, or its session, never acts again. */
  complete(thread: number, completion: Completion, nowNs: number): Op {
    this.advance(nowNs);
    const dispatch = this.open[thread];
    assert(dispatch !== undefined, `thread ${thread} has nothing to complete`);
    const { f, key } = dispatch.invocation;
    const op = this.record({
      process: dispatch.process,
      type: completion.type,
      f,
      key,
      value: completion.value,
      error: completion.error,
      node: completion.node,
    });
    this.open[thread] = undefined;
    this.free = [...this.free, thread].sort((a, b) => a - b);
    // The generator sees the completion while its process is still the thread's.
    this.generator = this.generator.update(this.context(), op);
    if (key !== undefined && completion.type === 'info') this.crashesByKey.set(key, this.crashes(key) + 1);
    const endsSession = completion.endsSession === true || dispatch.invocation.endsSession === true;
    if (completion.type === 'info' || endsSession)
      this.processes[thread] = dispatch.process + this.concurrency;
    return op;
  }

  /** An event of the nemesis, for the history. Generators do not see it. */
  nemesis(event: { readonly f: string; readonly value: Json; readonly error?: string }, nowNs: number): Op {
    this.advance(nowNs);
    return this.record({
      process: 'nemesis',
      type: 'info',
      f: event.f,
      value: event.value,
      error: event.error,
    });
  }

  /** Goes on with another generator (main phase → final reads). Operations in flight end as usual. */
  swap(generator: Generator): void {
    this.generator = generator;
  }

  /** No process acts any more: each thread goes on as another one. Nothing may be in flight. */
  renewProcesses(): void {
    for (const thread of this.threads) this.renewProcess(thread);
  }

  /** A thread that has nothing in flight goes on as another process. */
  renewProcess(thread: number): void {
    assert(this.free.includes(thread), 'processes are replaced between operations');
    this.processes[thread] = this.processOf(thread) + this.concurrency;
  }

  private dispatch(invocation: Invocation): Dispatch {
    const problems = invocationProblems(invocation, this.context());
    if (problems.length > 0)
      throw new GeneratorError(
        `a generator answered with an impossible operation ${JSON.stringify(invocation)}: ${problems.join('; ')}`,
      );
    const thread = invocation.thread ?? this.threadPrng.pick(this.free);
    const process = this.processOf(thread);
    const { f, key, value } = invocation;
    const op = this.record({ process, type: 'invoke', f, key, value });
    const dispatch: Dispatch = { kind: 'dispatch', thread, process, invocation, op };
    if (key !== undefined && !this.crashesByKey.has(key)) this.crashesByKey.set(key, 0);
    this.open[thread] = dispatch;
    this.free = this.free.filter((other) => other !== thread);
    this.generator = this.generator.update(this.context(), op);
    return dispatch;
  }

  /** The event at the next index. Its properties stand in the order in which a line of a history shows them. */
  private record(event: {
    readonly process: Op['process'];
    readonly type: Op['type'];
    readonly f: string;
    readonly key?: string | undefined;
    readonly value: Json;
    readonly error?: string | undefined;
    readonly node?: NodeId | undefined;
  }): Op {
    const { process, type, f, key, value, error, node } = event;
    return {
      index: this.nextIndex++,
      timeNs: this.lastTimeNs,
      process,
      type,
      f,
      ...(key === undefined ? {} : { key }),
      value,
      ...(error === undefined ? {} : { error }),
      ...(node === undefined ? {} : { node }),
    };
  }

  private context(): GeneratorContext {
    return {
      timeNs: this.lastTimeNs,
      threads: this.threads,
      free: this.free,
      processOf: this.processOf,
      threadOf: this.threadOf,
      prng: this.prng,
    };
  }

  private advance(nowNs: number): void {
    assert(nowNs >= this.lastTimeNs, 'time does not go back');
    this.lastTimeNs = nowNs;
  }
}
