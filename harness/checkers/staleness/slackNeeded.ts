/** Gathers over keys how far operations must be stretched: Δ and Γ of a history. */
import type { Budget } from '../checker.ts';
import { conflicting, leastSlackNs, zonesOf } from './conflicts.ts';
import type { Versions } from './versions.ts';

const nsPerMs = 1e6;

export class SlackNeeded {
  private readonly clock: Float64Array;
  /** Room by event. */
  private readonly atEvent: Int32Array;
  private readonly budget: Budget;
  private deltaNs: number | null = 0;
  private gammaNs: number | null = 0;
  private writtenVersions = 0;
  private conflictingVersions = 0;

  constructor(clock: Float64Array, atEvent: Int32Array, budget: Budget) {
    this.clock = clock;
    this.atEvent = atEvent;
    this.budget = budget;
  }

  /** Adds a key. A key that zones do not decide leaves both unknown. */
  add(versions: Versions): void {
    if (versions.doubt !== undefined || versions.unexplained.length > 0) {
      this.deltaNs = null;
      this.gammaNs = null;
      return;
    }
    const zones = zonesOf(versions, this.clock, this.atEvent);
    const inConflict = conflicting(zones);
    this.writtenVersions += zones.order.length;
    this.conflictingVersions += inConflict.order.length;
    if (inConflict.order.length === 0) return;
    const least = (readsOnly: boolean): number | null => {
      const slackOf = (ns: number): { readsNs: number; writesNs: number } => ({
        readsNs: ns,
        writesNs: readsOnly ? 0 : ns,
      });
      return leastSlackNs(inConflict, slackOf, (steps) => this.budget.spend(steps)) ?? null;
    };
    if (this.deltaNs !== null) this.deltaNs = larger(this.deltaNs, least(true));
    if (this.gammaNs !== null) this.gammaNs = larger(this.gammaNs, least(false));
  }

  report(): {
    readonly deltaMs: number | null;
    readonly gammaMs: number | null;
    readonly writtenVersions: number;
    readonly conflictingVersions: number;
  } {
    const { deltaNs, gammaNs, writtenVersions, conflictingVersions } = this;
    return {
      deltaMs: deltaNs === null ? null : deltaNs / nsPerMs,
      // Two operations that are stretched by Γ each meet when one begins 2Γ earlier.
      gammaMs: gammaNs === null ? null : gammaNs / 2 / nsPerMs,
      writtenVersions,
      conflictingVersions,
    };
  }
}

const larger = (a: number, b: number | null): number | null => (b === null ? null : Math.max(a, b));
