/** What a case of the benchmark is, and what is measured of it. */

export interface BenchCase {
  readonly name: string;
  readonly meaning: string;
  /** What the median of the timed part should not exceed; an aim, no bound that anything fails at. */
  readonly aimMs: number;
  /** What peak memory should not exceed, in MiB. */
  readonly aimMib?: number;
  /** Whether it needs recorded histories that do not come with the project. */
  readonly needsHistories?: boolean;
  /** Makes the files that the rounds read; once, in a process of its own. */
  readonly makeFiles?: (place: Place) => void;
  /** Does everything that comes before the timed part. */
  readonly prepare: (place: Place) => Work;
}

export interface Place {
  /** A temporary folder, for the files that the case makes. */
  readonly folder: string;
  /** The folder of recorded histories, if somebody has one. */
  readonly histories?: string;
}

export interface Work {
  readonly operations: number;
  /** The timed part; answers its result in words. */
  readonly run: () => string;
  /** Of a result that was not expected, what was. */
  readonly expected: string;
}

/** One round of a case, in a fresh process. */
export interface Measured {
  readonly operations: number;
  /** Reading or generating, before the timed part. */
  readonly preparationMs: number;
  readonly milliseconds: number;
  /** Processor time of the timed part, of all threads: it says more than the clock where others work too. */
  readonly cpuMs: number;
  /** The largest resident set of the process. */
  readonly peakMib: number;
  readonly result: string;
  readonly expected: string;
}

/** What the process of a round is told. */
export interface RoundOrder {
  readonly name: string;
  readonly place: Place;
  readonly part: 'files' | 'round';
}
