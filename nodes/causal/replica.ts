/**
 * What a node holds: of each key the latest version of all writes that were applied, the vector that says which those
 * are, and its Lamport clock. Writes are applied one by one, in causal order; or a whole state of another node is joined
 * with this one. Both states are causally closed, so what comes out is, too: in it each key has the latest version of
 * all that either had applied.
 */
import type { Entries, State, Version, Write } from './messages.ts';
import type { Rules } from './rules.ts';
import { joined, withEntry, type Vector } from './vector.ts';

export class Replica {
  applied: Vector = {};
  /** At least the timestamp of everything that was applied. */
  lamport = 0;
  private readonly versions = new Map<string, Version>();
  private readonly rules: Rules;

  constructor(rules: Rules) {
    this.rules = rules;
  }

  get keys(): number {
    return this.versions.size;
  }

  versionOf(key: string): Version | undefined {
    return this.versions.get(key);
  }

  /** Whether it changed what its key holds. A write that lost to a later one is applied all the same. */
  apply({ key, value, lamport, origin, sequence }: Write): boolean {
    this.applied = withEntry(this.applied, origin, sequence);
    this.lamport = this.rules.lamportAfter(this.lamport, lamport);
    return this.keep(key, { value, lamport, origin }, 'wins');
  }

  /** The keys that it changed. O(keys of the state). */
  join({ applied, lamport, entries }: State): string[] {
    this.applied = joined(this.applied, applied);
    this.lamport = this.rules.lamportAfter(this.lamport, lamport);
    return entries.filter(([key, version]) => this.keep(key, version, 'winsOfState')).map(([key]) => key);
  }

  entries(): Entries {
    return [...this.versions];
  }

  state(): State {
    return { applied: this.applied, lamport: this.lamport, entries: this.entries() };
  }

  private keep(key: string, version: Version, rule: 'wins' | 'winsOfState'): boolean {
    const present = this.versions.get(key);
    if (present !== undefined && !this.rules[rule](version, present)) return false;
    this.versions.set(key, version);
    return true;
  }
}
