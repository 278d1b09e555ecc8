/** A run at a glance: what the live view shows. A plain snapshot, taken as often as anyone likes. */
import type { NodeId } from '../nodes/kernel/ids.ts';

/**
 * `warm-up`: clients, no faults. `faults`: clients and nemesis. `heal`: everything is put right. `recovery`: waiting
 * until every node answers. `final-reads`, then `done`.
 */
export type Phase = 'warm-up' | 'faults' | 'heal' | 'recovery' | 'final-reads' | 'done';

/** A fault that is active now. */
export interface ActiveFault {
  readonly entry: number;
  readonly fault: string;
  /** `partition isolate-leader n3`. */
  readonly description: string;
  readonly sinceMs: number;
}

export interface RunView {
  readonly phase: Phase;
  /** Since the start of the run, and what is left until the time limit (0 afterwards). */
  readonly elapsedMs: number;
  readonly remainingMs: number;
  /** Client operations so far, by outcome; `open` are in flight. */
  readonly operations: {
    readonly ok: number;
    readonly fail: number;
    readonly info: number;
    readonly open: number;
  };
  /** Of the `ok` operations of the last one to two seconds; null when there was none. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  readonly activeFaults: readonly ActiveFault[];
  readonly leader: NodeId | null;
  readonly term: number | null;
  /** Things that the run reached, counted: `leader-changes`, `retries`, `redirects`, `duplicates`, … */
  readonly probes: Readonly<Record<string, number>>;
  /** What deserves a look: a node that exited by itself, an action that was not performed … */
  readonly warnings: readonly string[];
}
