/**
 * A generator is a pure value that says which operation comes next. Asking it changes nothing: it answers with the
 * operation and with the generator that follows. All randomness comes from the context.
 */
import type { NodeId } from '../../nodes/kernel/ids.ts';
import type { Json } from '../../nodes/kernel/wire.ts';
import type { Prng } from '../../nodes/kernel/prng.ts';
import type { Op } from '../history.ts';

/** What a generator may look at. */
export interface GeneratorContext {
  readonly timeNs: number;
  /** Every client thread. A thread is a slot; the process in it is replaced when one of its operations ends in info. */
  readonly threads: readonly number[];
  /** The threads that wait for work, a subset of `threads`, in ascending order. */
  readonly free: readonly number[];
  processOf(thread: number): number;
  /** The thread of a client process, retired ones included. */
  threadOf(process: number): number;
  readonly prng: Prng;
}

/** An operation to be invoked. */
export interface Invocation {
  readonly f: string;
  readonly key?: string;
  readonly value: Json;
  /** The thread that must invoke it; any free one when absent. */
  readonly thread?: number;
  /** The only node that may be asked; the client chooses when absent. */
  readonly node?: NodeId;
  /** The node that is asked first; it may send the client to another one. The client chooses when absent. */
  readonly entry?: NodeId;
  /** The process acts no more afterwards, whatever comes of it: the next operation of its thread begins a session. */
  readonly endsSession?: boolean;
}

/**
 * What comes next. An operation is always for now: one that must wait is `pending` until its time. So no answer is ever
 * set aside, and what a generator learned by being asked (when it was first asked, say) is never lost.
 */
export type Step =
  | { readonly kind: 'op'; readonly op: Invocation; readonly rest: Generator }
  /** Nothing now: ask again when a thread was freed, or at `untilNs` if given. */
  | { readonly kind: 'pending'; readonly rest: Generator; readonly untilNs?: number }
  | { readonly kind: 'exhausted' };

export interface Generator {
  /** The next step, assuming that an answered operation is really dispatched. */
  next(context: GeneratorContext): Step;
  /** The generator after an event of the history (an invocation or a completion) was seen. */
  update(context: GeneratorContext, event: Op): Generator;
}
