/**
 * Sequential specs of your own: an initial state and a step.
 *
 *     const stack = defineSpec<readonly Json[]>({
 *       name: 'stack',
 *       init: [],
 *       step(state, { f, value }, output) {
 *         if (f === 'push') return [...state, value];
 *         if (state.length === 0) return output === 'unknown' || output.value === null ? state : 'inconsistent';
 *         const top = state.at(-1);
 *         return output === 'unknown' || output.value === top ? state.slice(0, -1) : 'inconsistent';
 *       },
 *     });
 *     linearizable(stack).check(history, budget)
 *
 * States are JSON. They are frozen, so that a step which changes one in place fails and says so, instead of making
 * wrong verdicts.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { describeOperation, nameOfValue } from './describe.ts';
import { FrozenJson } from './frozenJson.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

export interface SpecDefinition<S extends Json> {
  readonly name: string;
  /** What the object is, in a few words. */
  readonly meaning?: string;
  /** The state before the first operation, or how it follows from the initial value that `check` was given, if any. */
  readonly init: S | ((initial: Json | undefined) => S);
  /**
   * The state after the operation with this output, or `inconsistent` when it cannot have answered that. The output is
   * `unknown` of an operation without an answer: then the state must follow that follows from any answer. It must not
   * change what it is given, and must answer the same whenever it is asked the same.
   */
  step(state: S, input: Input, output: Output): S | 'inconsistent';
  /** The operations that change no state, whatever they answer. Naming them makes checks much faster. None by default. */
  readonly observers?: readonly string[];
  /** Whether operations on different keys are independent; true by default. */
  readonly byKey?: boolean;
  /** The operations and the forms of their values, for people. */
  readonly operations?: SequentialSpec['operations'];
  /** How a state is spelled: equal names mean equal states. Its JSON by default. */
  nameOf?(state: S): string;
}

/** A spec by its definition. Throws TypeError, with all that is wrong with the definition. */
export function defineSpec<S extends Json>(definition: SpecDefinition<S>): SequentialSpec<S> {
  const problems = problemsOf(definition);
  if (problems.length > 0) throw new TypeError(`this is no sequential spec: ${problems.join('; ')}`);
  const { name, meaning = name, init, observers = [], byKey = true, operations = [] } = definition;
  const frozen = new FrozenJson();
  return {
    name,
    meaning,
    operations,
    observers,
    byKey,
    init(initial) {
      const first = typeof init === 'function' ? init(initial) : init;
      return frozen.of(first, 'the first state');
    },
    step(state, input, output) {
      frozen.of(input.value, 'a value');
      if (output !== 'unknown') frozen.of(output.value, 'an answer');
      const after = untouched(() => definition.step(state, input, output));
      return after === 'inconsistent' ? after : frozen.of(after, 'the state after it');
    },
    nameOf: (state) => definition.nameOf?.(state) ?? nameOfValue(state),
    describe: describeOperation,
  };
}

function problemsOf(definition: SpecDefinition<Json>): string[] {
  const given: { readonly [name in keyof SpecDefinition<Json>]: unknown } = definition;
  const problems: string[] = [];
  if (typeof given.name !== 'string' || given.name === '') problems.push('`name` must be a text');
  if (typeof given.step !== 'function') problems.push('`step` must be a function of state, input and output');
  if (given.init === undefined)
    problems.push('`init` must be the first state, or a function that answers it');
  const { observers = [] } = given;
  if (!Array.isArray(observers) || observers.some((f) => typeof f !== 'string'))
    problems.push('`observers` must be a list of names of operations');
  return problems;
}

/** Says it plainly when a step tried to change what is frozen. */
function untouched<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const isChange =
      error instanceof TypeError && /read only|not extensible|Cannot delete/.test(error.message);
    if (!isChange) throw error;
    throw new TypeError(
      `it changes a state or a value in place, but must return a new one (${error.message})`,
    );
  }
}
