/**
 * A sequential spec over small integers: states and operations are numbered when they are first seen, and every step
 * is taken once and remembered. A search then compares and hashes integers only.
 */
import { nameOfValue } from '../../specs/describe.ts';
import type { Input, Output, SequentialSpec } from '../../specs/spec.ts';
import { PairMap } from './pairMap.ts';

/** Not a state: the operation cannot have answered that. */
export const inconsistent = -1;

export class Automaton {
  readonly spec: SequentialSpec;
  /** The number of the state before the first operation. */
  readonly initial: number;
  private readonly states: unknown[] = [];
  private readonly stateOfName = new Map<string, number>();
  private readonly operations: { readonly input: Input; readonly output: Output }[] = [];
  private readonly codeOfName = new Map<string, number>();
  private readonly steps = new PairMap();
  private readonly later = new PairMap();

  constructor(spec: SequentialSpec, initial: unknown = spec.init()) {
    this.spec = spec;
    this.initial = this.numberOf(initial);
  }

  /** The code of an operation: the same input and output have the same code. */
  code(input: Input, output: Output): number {
    const answered = output === 'unknown' ? '?' : nameOfValue(output.value);
    const name = `${input.f} ${nameOfValue(input.value)} ${answered}`;
    const known = this.codeOfName.get(name);
    if (known !== undefined) return known;
    this.codeOfName.set(name, this.operations.length);
    return this.operations.push({ input, output }) - 1;
  }

  /** The state after the operation, or `inconsistent`. */
  step(state: number, code: number): number {
    const known = this.steps.get(state, code);
    if (known !== undefined) return known;
    const { input, output } = this.operation(code);
    const after = this.spec.step(this.states[state], input, output);
    const next = after === 'inconsistent' ? inconsistent : this.numberOf(after);
    this.steps.add(state, code, next);
    return next;
  }

  /** Whether the operation may fit in this state, or in any that can follow. */
  mayFitLater(state: number, code: number): boolean {
    if (!this.spec.mayFitLater) return true;
    const known = this.later.get(state, code);
    if (known !== undefined) return known === 1;
    const { input, output } = this.operation(code);
    const mayFit = this.spec.mayFitLater(this.states[state], input, output);
    this.later.add(state, code, mayFit ? 1 : 0);
    return mayFit;
  }

  /** Whether the operation changes no state at all. */
  observes(code: number): boolean {
    return this.spec.observers.includes(this.operation(code).input.f);
  }

  nameOf(state: number): string {
    return this.spec.nameOf(this.states[state]);
  }

  private operation(code: number): { readonly input: Input; readonly output: Output } {
    const operation = this.operations[code];
    if (!operation) throw new RangeError(`no operation has the code ${code}`);
    return operation;
  }

  private numberOf(state: unknown): number {
    const name = this.spec.nameOf(state);
    const known = this.stateOfName.get(name);
    if (known !== undefined) return known;
    this.stateOfName.set(name, this.states.length);
    return this.states.push(state) - 1;
  }
}
