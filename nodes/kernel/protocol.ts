/**
 * A protocol core is a state machine without I/O: an event goes in, effects come out. It has no clock, no randomness
 * and no socket of its own; time and a seeded PRNG are handed to it. Whatever runs a core (a real process, the
 * simulator) is a host, and keeps the five host laws:
 *
 * 1. serial: one step at a time, to completion;
 * 2. output commit: the sends and replies of batch n leave only when the records of all batches ≤ n are durable;
 *    many batches may share one fsync (group commit);
 * 3. timers are named, replaced when set again, and die with the incarnation;
 * 4. network: no promises and no retries; messages may be lost, late, duplicated or reordered;
 * 5. crash: the core is dropped; the next one is built from a prefix of the journal that holds at least all that was
 *    fsynced; open requests end in a broken connection.
 *
 * A consequence of law 2: a core may count its own vote or its own append at once, because nothing leaves before it is
 * durable. Another: invariants and status pages look at the last *released* status, never at a core's memory.
 */
import type { NodeId, RequestId } from './ids.ts';

/** What differs between two protocols, as types. All are plain JSON. One per model, in its messages.ts. */
export interface Protocol {
  /** What nodes say to each other. */
  message: unknown;
  /** What clients ask, after the host has validated and mapped the HTTP request. */
  request: unknown;
  /** What clients are answered, before the host maps it to HTTP. */
  response: unknown;
  /** The names of the timers. */
  timer: string;
  /** A line of the journal. */
  record: unknown;
  /** What a node shows of itself: to invariants, to GET /status and to reports. */
  status: unknown;
}

/** One thing that happens to a core. `start` is the first event of every incarnation. */
export type NodeEvent<P extends Protocol> =
  | { readonly kind: 'start' }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: P['message'] }
  | { readonly kind: 'request'; readonly id: RequestId; readonly request: P['request'] }
  | { readonly kind: 'timeout'; readonly timer: P['timer'] };

/** The time of a step, read once after its event was taken (the node may have been paused in between). */
export interface Now {
  /** Milliseconds since an arbitrary origin; never goes back within an incarnation. */
  readonly monotonicMs: number;
  /** Milliseconds since the epoch; a fault may move it. */
  readonly wallMs: number;
}

/** The batch of effects of one step. The order inside a batch carries no meaning; the host laws do. */
export interface Effects<P extends Protocol> {
  /** Records to append; durable before anything of this or a later batch leaves. */
  readonly journal: readonly P['record'][];
  /** If present, atomically replaces everything in the journal before `journal` of this batch is appended. */
  readonly compacted?: readonly P['record'][];
  readonly sends: readonly { readonly to: NodeId; readonly message: P['message'] }[];
  readonly replies: readonly { readonly id: RequestId; readonly response: P['response'] }[];
  /** Setting a timer replaces the pending one of that name; `null` cancels it. */
  readonly timers: readonly { readonly timer: P['timer']; readonly delayMs: number | null }[];
  /** Names of noteworthy things that this step did (an election, a truncation …), counted by whoever runs the core. */
  readonly probes: readonly string[];
}

export interface ProtocolCore<P extends Protocol> {
  step(event: NodeEvent<P>, now: Now): Effects<P>;
  /**
   * A view of the state after the last step. Hosts keep it until the step is released, while the core goes on: what it
   * refers to must never change afterwards. Taken after every step of a simulation, so it must be cheap.
   */
  status(): P['status'];
}
