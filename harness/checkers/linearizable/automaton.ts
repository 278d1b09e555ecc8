/**
 * A sequential spec over small integers: states and operations are numbered when they are first seen. What operations
 * do alone (their footprints) stands in columns; every other step is taken once and remembered. A search then compares
 * and hashes integers only.
 */
import type { Json } from '../../../nodes/kernel/wire.ts';
import type { Names, Values } from '../../columns/interner.ts';
import type { Input, Output, SequentialSpec } from '../../specs/spec.ts';
import { CodeTable } from './codeTable.ts';
import { PairMap } from './pairMap.ts';
import { SpecFault } from './specFault.ts';
import { lengthened, zeros } from './arrays.ts';

/** Not a state: the operation cannot have answered that. */
export const inconsistent = -1;
/** No state. */
export const none = -1;
/** The state after it is the one before it; one that is built on the one before it. */
export const unchanged = -2;
export const grown = -3;

/** In the column of outputs: the operation is open. */
export const unknownOutput = -1;

/**
 * A state that stands for all that no remaining operation asks for: whatever needs a state does not fit, whatever
 * avoids one does. Only for specs with footprints.
 */
export const dead = 0;

/** Words of memory that several searches may still take together. */
export interface MemoryAllowance {
  wordsLeft: number;
}

/** Where the names and values of operations stand. */
export interface Tables {
  readonly fNames: Names;
  readonly values: Values;
}

export class Automaton {
  readonly spec: SequentialSpec;
  /** The number of the state before the first operation. */
  readonly initial: number;
  /** By code: the state that it needs, avoids, leaves. Without footprints nothing is known: none, none, grown. */
  needs = zeros(64);
  avoids = zeros(64);
  leaves = zeros(64);
  /** By code: 1 if the operation changes no state, whatever it answers. */
  observes = new Uint8Array(64);
  readonly hasFootprints: boolean;
  /** Whether some code leaves a state that is built on the one before it. */
  grows = false;
  private readonly tables: Tables;
  /** What states, codes and steps are taken from. */
  readonly allowance: MemoryAllowance;
  /** How many words they have taken. */
  words = 0;
  private readonly states: unknown[] = [undefined];
  private readonly names: string[] = ['a state that nobody asks for'];
  private readonly paths: string[] = [];
  private readonly stateOfName = new Map<string, number>();
  private readonly codes = new CodeTable();
  private readonly steps = new PairMap();
  /** How many codes have their columns filled in. */
  private described = 0;

  constructor(spec: SequentialSpec, tables: Tables, allowance: MemoryAllowance, initial: Json | undefined) {
    this.spec = spec;
    this.tables = tables;
    this.allowance = allowance;
    this.hasFootprints = spec.footprint !== undefined;
    try {
      this.initial = this.numberOf(initial === undefined ? spec.init() : spec.init(initial));
    } catch (error) {
      throw new SpecFault(spec, undefined, error);
    }
  }

  get codeCount(): number {
    return this.codes.size;
  }

  get stateCount(): number {
    return this.states.length;
  }

  /** The code of an operation by the ids of its f, input and output: equal operations have equal codes. */
  codeOf(f: number, input: number, output: number): number {
    const code = this.codes.numberOf(f, input, output);
    if (code === this.needs.length) this.grow();
    if (code === this.described) this.describeNext();
    return code;
  }

  /** The state after the operation, or `inconsistent`. */
  step(state: number, code: number): number {
    const needed = this.needs[code] as number;
    if (needed !== none) {
      if (needed !== state) return inconsistent;
    } else if (this.avoids[code] === state) return inconsistent;
    const left = this.leaves[code] as number;
    if (left >= 0) return left;
    if (left === unchanged || state === dead) return state;
    return this.stepBySpec(state, code);
  }

  nameOf(state: number): string {
    return this.names[state] ?? '';
  }

  /** The path of a state (see `SequentialSpec.pathOf`); the spec must have paths. */
  pathOf(state: number): string {
    const known = this.paths[state];
    if (known !== undefined) return known;
    const path = this.spec.pathOf?.(this.states[state]) ?? '';
    this.take(path.length);
    this.paths[state] = path;
    return path;
  }

  /** What a code asks and answers. */
  operation(code: number): { readonly input: Input; readonly output: Output } {
    const { fNames, values } = this.tables;
    const output = this.codes.third(code);
    return {
      input: { f: fNames.get(this.codes.first(code)), value: values.get(this.codes.second(code)) },
      output: output === unknownOutput ? 'unknown' : { value: values.get(output) },
    };
  }

  /** Whether operations of this kind change no state, and are left out when they have no answer. */
  isObserver(code: number): boolean {
    return this.spec.observers.includes(this.tables.fNames.get(this.codes.first(code)));
  }

  /** The code of the same operation without its answer. */
  forgetting(code: number): number {
    return this.codeOf(this.codes.first(code), this.codes.second(code), unknownOutput);
  }

  private stepBySpec(state: number, code: number): number {
    const known = this.steps.get(state, code);
    if (known !== undefined) return known;
    const { input, output } = this.operation(code);
    const next = this.askStep(state, input, output);
    this.steps.add(state, code, next);
    this.take(wordsPerStep);
    return next;
  }

  private askStep(state: number, input: Input, output: Output): number {
    try {
      const after = this.spec.step(this.states[state], input, output);
      return after === 'inconsistent' ? inconsistent : this.numberOf(after);
    } catch (error) {
      throw new SpecFault(this.spec, input, error);
    }
  }

  private describeNext(): void {
    const code = this.described++;
    const { input, output } = this.operation(code);
    this.needs[code] = none;
    this.avoids[code] = none;
    this.leaves[code] = grown;
    this.take(wordsPerCode);
    const isObserver = this.spec.observers.includes(input.f);
    this.observes[code] = isObserver ? 1 : 0;
    if (!this.spec.footprint) return;
    try {
      const print = this.spec.footprint(input, output);
      if ('needs' in print) this.needs[code] = this.numberOf(print.needs);
      if ('avoids' in print) this.avoids[code] = this.numberOf(print.avoids);
      if ('leaves' in print) this.leaves[code] = this.numberOf(print.leaves);
      else if (!print.grows) this.leaves[code] = unchanged;
    } catch (error) {
      throw new SpecFault(this.spec, input, error);
    }
    this.grows ||= this.leaves[code] === grown;
    this.observes[code] = isObserver || this.leaves[code] === unchanged ? 1 : 0;
  }

  private grow(): void {
    const length = 2 * this.needs.length;
    this.needs = lengthened(this.needs, length);
    this.avoids = lengthened(this.avoids, length);
    this.leaves = lengthened(this.leaves, length);
    const observes = new Uint8Array(length);
    observes.set(this.observes);
    this.observes = observes;
  }

  private take(words: number): void {
    this.words += words;
    this.allowance.wordsLeft -= words;
  }

  /** Numbers a state by its name. A long name stands for much memory, its own and that of the state. */
  private numberOf(state: unknown): number {
    const name = this.spec.nameOf(state);
    const known = this.stateOfName.get(name);
    if (known !== undefined) return known;
    this.stateOfName.set(name, this.states.length);
    this.take(wordsPerState + name.length);
    this.names.push(name);
    return this.states.push(state) - 1;
  }
}

/** What a remembered step, code and state take besides what they hold, in words. */
const wordsPerStep = 6;
const wordsPerCode = 16;
const wordsPerState = 32;
