/**
 * The border between a run and the world it runs in. A run (harness/runner.ts) is a state machine without I/O, exactly
 * like a protocol core: reports of the world go in, commands come out. Real processes (harness/cluster) and the
 * simulator (harness/sim) carry the same commands out.
 */
import type { NodeId } from '../nodes/kernel/ids.ts';
import type { WireAnswer, WireRequest } from '../nodes/kernel/wire.ts';
import type { Op } from './history.ts';

/** What a link does with the messages from one node to another. The default passes everything at once. */
export interface LinkRule {
  /**
   * - `pass`: let through, after the delay;
   * - `hold`: stall; everything held is delivered, late, when the link passes again;
   * - `drop`: swallow whole messages, and reset the connection that they came on;
   * - `reset`: reset the connection at once, and every new one;
   * - `refuse`: refuse new connections and reset the old ones.
   */
  readonly mode: 'pass' | 'hold' | 'drop' | 'reset' | 'refuse';
  /** Added to every message, in order. */
  readonly delayMs: number;
  /** A uniform extra delay in [0, jitterMs). */
  readonly jitterMs: number;
  /** Probability that a message resets its connection instead of passing. */
  readonly resetRatio: number;
  /** Probability that a request is delivered twice. */
  readonly duplicateRatio: number;
  /** Bandwidth limit; null is no limit. */
  readonly bytesPerSecond: number | null;
}

export const openLink: LinkRule = {
  mode: 'pass',
  delayMs: 0,
  jitterMs: 0,
  resetRatio: 0,
  duplicateRatio: 0,
  bytesPerSecond: null,
};

/**
 * What becomes of bytes that no sync had covered: they end early; some were never written, though later ones were; some
 * are wrong.
 */
export type Damage = 'cut' | 'tear' | 'flip';

/** A primitive that a cluster can perform. Faults are translated into these; a new primitive is one more variant. */
export type ClusterAction =
  /** SIGKILL to the whole process group. With `damage`, power is lost: what no sync had covered is damaged. */
  | { readonly kind: 'kill'; readonly node: NodeId; readonly damage?: Damage }
  /** SIGTERM, then SIGKILL to what is left. */
  | { readonly kind: 'stop'; readonly node: NodeId }
  /** Start again on the same data; performed when the node is ready. Nothing to do for one that is up. */
  | { readonly kind: 'start'; readonly node: NodeId }
  /** Starts a new node on an empty disk, with links from and to all others; it belongs to no cluster yet. */
  | { readonly kind: 'create'; readonly node: NodeId }
  /** The node is gone for good, and its disk with it. */
  | { readonly kind: 'discard'; readonly node: NodeId }
  | { readonly kind: 'pause'; readonly node: NodeId }
  | { readonly kind: 'resume'; readonly node: NodeId }
  /** Makes the node's wall clock wrong by so much, also while it is down or paused, and over its restarts. */
  | { readonly kind: 'clock'; readonly node: NodeId; readonly offsetMs: number }
  /** Sets the rule of the directed link `from` → `to` (messages of `from` to `to`, answers included). */
  | { readonly kind: 'link'; readonly from: NodeId; readonly to: NodeId; readonly rule: LinkRule };

/** How one attempt to ask a node ended. */
export type WireOutcome =
  /** A whole answer. `body` is undefined when it was not JSON. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: WireAnswer['body'] | undefined }
  /** The fresh connection was refused: the request never left. */
  | { readonly kind: 'refused' }
  /** The connection broke, or the answer was cut or malformed, after the request may have left. */
  | { readonly kind: 'broken'; readonly why: string }
  /** No answer in time. */
  | { readonly kind: 'timeout' };

/** What a run asks of its world. `record` comes before the `send` of the same operation. */
export type Command =
  | { readonly kind: 'record'; readonly op: Op }
  | {
      readonly kind: 'send';
      readonly id: number;
      readonly node: NodeId;
      readonly request: WireRequest;
      readonly timeoutMs: number;
    }
  /** Carry out the actions; a report `performed` with this id follows when they have taken effect. */
  | { readonly kind: 'perform'; readonly id: number; readonly actions: readonly ClusterAction[] }
  /** Report `wake` at this time; replaces the earlier wake. */
  | { readonly kind: 'wake'; readonly atNs: number }
  /** The run is over: all is recorded, all is healed. */
  | { readonly kind: 'finish' };

/** What the world tells a run. Every report is stamped with the time at which it is taken. */
export type Report =
  | { readonly kind: 'start' }
  | { readonly kind: 'wake' }
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: WireOutcome }
  | { readonly kind: 'performed'; readonly id: number; readonly problems: readonly string[] }
  /** A kill found something unsynced, and did this to it. Comes before the `performed` of its batch. */
  | { readonly kind: 'damaged'; readonly node: NodeId; readonly what: string }
  /** A node ended that nobody had killed or stopped. */
  | { readonly kind: 'exited'; readonly node: NodeId; readonly why: string }
  /** Stop early: heal, and end without the rest of the plan. */
  | { readonly kind: 'interrupt' };

/** A run as its world sees it. */
export interface Run {
  on(report: Report, nowNs: number): readonly Command[];
}
