/**
 * A unit of the long tests: one figure that takes minutes to make. Units are independent and repeatable; what a unit
 * measured is kept, so that a later run goes on where an earlier one ran out of its budget.
 */
export interface Outcome {
  readonly passed: boolean;
  /** One line with the figures. */
  readonly figure: string;
}

export interface Unit {
  readonly name: string;
  /** How long it usually takes on two cores; a unit that does not fit into the rest of the budget is left for later. */
  readonly seconds: number;
  run(): Promise<Outcome>;
}
