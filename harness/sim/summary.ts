/**
 * The trials of a campaign, summed up. Trials may come in any order and from any number of jobs: the hash is taken over
 * the seeds in ascending order, at the end.
 */
import { TraceHash } from './traceHash.ts';
import type { Trial } from './trial.ts';

export interface Summary {
  readonly seeds: number;
  /** In the order of their seeds. */
  readonly failures: readonly Trial[];
  /** Seeds whose history could not be decided. */
  readonly unknown: number;
  /** Seeds in which there was nothing to judge. */
  readonly vacuous: number;
  readonly operations: number;
  /** Covers the traces of all seeds. */
  readonly hash: string;
  /** What cores reached, counted over all seeds. */
  readonly probes: Readonly<Record<string, number>>;
  /** Why the first undecided seed is undecided; null when there is none. */
  readonly firstUnknown: { readonly seed: number; readonly reason: string } | null;
}

export class Tally {
  private readonly hashes = new Map<number, string>();
  private readonly failures: Trial[] = [];
  private readonly undecided: Trial[] = [];
  private readonly probes = new Map<string, number>();
  private vacuous = 0;
  private operations = 0;

  add(trial: Trial): void {
    this.hashes.set(trial.seed, trial.hash);
    this.operations += trial.operations;
    if (trial.kind !== null) this.failures.push(trial);
    else if (trial.unknown !== null) this.undecided.push(trial);
    else if (trial.vacuous) this.vacuous++;
    for (const [name, count] of Object.entries(trial.probes))
      this.probes.set(name, (this.probes.get(name) ?? 0) + count);
  }

  get seeds(): number {
    return this.hashes.size;
  }

  get failureCount(): number {
    return this.failures.length;
  }

  summary(): Summary {
    const bySeed = (a: Trial, b: Trial): number => a.seed - b.seed;
    const [first] = this.undecided.sort(bySeed);
    return {
      seeds: this.hashes.size,
      failures: this.failures.sort(bySeed),
      unknown: this.undecided.length,
      vacuous: this.vacuous,
      operations: this.operations,
      hash: combined(this.hashes),
      probes: Object.fromEntries([...this.probes].sort(([a], [b]) => (a < b ? -1 : 1))),
      firstUnknown: first === undefined ? null : { seed: first.seed, reason: first.unknown ?? '' },
    };
  }
}

function combined(hashes: ReadonlyMap<number, string>): string {
  const hash = new TraceHash();
  for (const [seed, digest] of [...hashes].sort(([a], [b]) => a - b)) {
    hash.number(seed);
    hash.text(digest);
  }
  return hash.digest();
}
