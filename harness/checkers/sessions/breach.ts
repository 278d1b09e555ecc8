/** A violation of a session guarantee, before it is put into words. Operations are numbers in `ReadsFrom`. */
export interface Breach {
  /** What happened, in this order; the read that is wrong comes last. */
  readonly story: readonly number[];
  /** The write that the last read should have seen, or a later one. */
  readonly missed: number;
}

/** So many are looked for. */
export const breachesMax = 8;
