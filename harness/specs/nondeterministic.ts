/**
 * Specs that leave a choice: a step leads to several states, and nobody sees to which. A register that may lose a write
 * keeps the old value or takes the new one; a search through both at once is a search through sets of states (the
 * power-set construction, as for automata). An answer that fits some of them rules out the others.
 */
import type { Json } from '../../nodes/kernel/wire.ts';
import { defineSpec } from './define.ts';
import { nameOfValue } from './describe.ts';
import type { Input, Output, SequentialSpec } from './spec.ts';

export interface NondeterministicSpec<S extends Json> {
  readonly name: string;
  /** What the object is, in a few words. */
  readonly meaning?: string;
  /** The states that are possible before the first operation. */
  init(initial?: Json): readonly S[];
  /** The states that are possible after the operation with this output; none when it cannot have answered that. */
  step(state: S, input: Input, output: Output): readonly S[];
  /** The operations that change no state, whatever they answer: they may only rule states out. */
  readonly observers?: readonly string[];
  readonly byKey?: boolean;
  readonly operations?: SequentialSpec['operations'];
}

/** More states than this at once are not followed. */
const statesMax = 10_000;

/** The spec whose states are the sets of states that are possible. Throws TypeError for a definition that is none. */
export function determinised<S extends Json>(spec: NondeterministicSpec<S>): SequentialSpec<readonly S[]> {
  const { name, meaning, observers, byKey, operations } = spec;
  return defineSpec<readonly S[]>({
    name,
    ...(meaning === undefined ? {} : { meaning }),
    ...(observers === undefined ? {} : { observers }),
    ...(byKey === undefined ? {} : { byKey }),
    ...(operations === undefined ? {} : { operations }),
    init: (initial) => setOf(initial === undefined ? spec.init() : spec.init(initial)),
    step(states, input, output) {
      const next = setOf(states.flatMap((state) => spec.step(state, input, output)));
      return next.length === 0 ? 'inconsistent' : next;
    },
    nameOf: (states) => states.map(nameOfValue).join(' or '),
  });
}

/** The distinct states, in the order of their names: equal sets are equal lists. */
function setOf<S extends Json>(states: readonly S[]): readonly S[] {
  const byName = new Map(states.map((state) => [nameOfValue(state), state]));
  if (byName.size > statesMax) throw new RangeError(`more than ${statesMax} states are possible at once`);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
}
