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

/** What a person asks first, whatever was claimed. Null: the run does not show it. */
export interface Figures {
  /** How long after the last fault was healed all nodes agreed, as soon as they were asked. */
  readonly convergedMs: number | null;
  /** Acknowledged writes that are missing in the end. */
  readonly lost: number | null;
  /** Reads that did not show the newest value, of so many. */
  readonly staleReads: { readonly stale: number; readonly reads: number } | null;
  /** Of each figure that is null: why the run does not show it. */
  readonly whyNot?: Readonly<Partial<Record<FigureName, string>>>;
}

export type FigureName = 'convergedMs' | 'lost' | 'staleReads';

export interface Results {
  /** Did the system hold what it claims (or what --guarantee asked)? */
  readonly valid: Validity;
  /** Why it is not `true`, a sentence each. */
  readonly reasons: readonly string[];
  readonly model: string;
  /** The name of the program, if it is not the model itself. */
  readonly submission?: string;
  readonly workload: string;
  readonly seed: number;
  readonly guarantee: {
    readonly claimed: readonly Guarantee[];
    /** Whether the whole claim held; null where nothing is claimed, or the run judges something else. */
    readonly claimHeld?: Validity | null;
    readonly judged: readonly Guarantee[];
    /** Of claimed levels that the workload has no checker for: the names of the checkers that stand for them. */
    readonly instead?: Readonly<Partial<Record<Guarantee, readonly string[]>>>;
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
  readonly figures?: Figures;
  readonly faults: Readonly<Record<string, FaultReport>>;
  /** Things that the run reached, counted: leader changes, retries … */
  readonly probes: Readonly<Record<string, number>>;
  /** What deserves a look but decides nothing: a fault without effect, a node that exited by itself … */
  readonly warnings: readonly string[];
  readonly repro: string;
}

/** What became of the claim of a run, after its name and a comma. */
export function claimInWords(held: Results['guarantee']['claimHeld']): string {
  switch (held) {
    case true:
      return 'it held, as far as this run shows';
    case false:
      return 'it was violated';
    case 'unknown':
      return 'this run does not decide it';
    default:
      return 'this run does not judge it';
  }
}
