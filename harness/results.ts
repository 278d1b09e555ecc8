/** The verdict of a run: results.json. */
import type { Guarantee } from '../nodes/kernel/model.ts';
import type { Validity, Verdict } from './checkers/checker.ts';

/** What a fault did in a run, and whether it bit. */
export interface FaultReport {
  /** Entries that started. */
  readonly injected: number;
  /** Entries whose target did not exist. */
  readonly unavailable: number;
  readonly activeMs: number;
  /** Entries that hit the node which led at that moment. */
  readonly leaderHit: number;
  readonly effective: boolean;
}

export interface Results {
  /** Did the system hold what it claims (or what --guarantee asked)? */
  readonly valid: Validity;
  /** Why it is not `true`, a sentence each. */
  readonly reasons: readonly string[];
  readonly model: string;
  readonly workload: string;
  readonly seed: number;
  readonly guarantee: {
    readonly claimed: readonly Guarantee[];
    readonly judged: readonly Guarantee[];
    readonly held: readonly Guarantee[];
    readonly violated: readonly Guarantee[];
    readonly undecided: readonly Guarantee[];
    /** The maximal ones of `held`. */
    readonly strongestHeld: readonly Guarantee[];
    /** Of the levels that no checker of their own decided: the level whose verdict decides them. */
    readonly impliedBy?: Readonly<Partial<Record<Guarantee, Guarantee>>>;
  };
  readonly checkers: Readonly<Record<string, Verdict>>;
  readonly operations: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly faults: Readonly<Record<string, FaultReport>>;
  /** Things that the run reached, counted: leader changes, retries … */
  readonly probes: Readonly<Record<string, number>>;
  /** What deserves a look but decides nothing: a fault without effect, a node that exited by itself … */
  readonly warnings: readonly string[];
  readonly repro: string;
}
