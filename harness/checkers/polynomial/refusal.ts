/**
 * A refusal whose sentence is made when somebody asks for it: of a history with thousands of violated keys, few are
 * explained.
 */

/** Rows that prove something, and why. */
export interface Proof {
  readonly rows: readonly number[];
  readonly sentence: string;
}

export class Refusal {
  readonly valid = false;
  private readonly prove: () => Proof;
  private proof: Proof | undefined;

  /** `prove` must not look into scratch arrays: it is called later. */
  constructor(prove: () => Proof) {
    this.prove = prove;
  }

  get rows(): readonly number[] {
    return [...new Set(this.proved.rows)].sort((a, b) => a - b);
  }

  get sentence(): string {
    return this.proved.sentence;
  }

  private get proved(): Proof {
    return (this.proof ??= this.prove());
  }
}
