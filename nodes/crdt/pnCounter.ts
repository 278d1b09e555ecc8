/**
 * PN-counter (Shapiro et al. 2011, §3.1.3): two G-counters, one of what was added, one of what was taken away. In one
 * map a decrement would go down in the lattice, and the next merge would undo it.
 */
import {
  countMax,
  exhausted,
  objectSchema,
  unsupported,
  vectorSchema,
  type DataType,
  type Mutation,
  type Operation,
} from './dataType.ts';
import { countOf, joined, only, padded, sumOf, type Vector } from './vector.ts';

export interface PnCounterState {
  readonly values: Vector;
  readonly decrements: Vector;
}

export function netOf({ values, decrements }: PnCounterState): number {
  return sumOf(values) - sumOf(decrements);
}

/** What each replica has added, less what it has taken. */
export function netComponents({ values, decrements }: PnCounterState, size: number): Vector {
  const length = Math.max(size, values.length, decrements.length);
  return padded(values, length).map((count, replica) => count - countOf(decrements, replica));
}

function mutate(state: PnCounterState, self: number, operation: Operation): Mutation<PnCounterState> {
  if (operation.kind !== 'increment' && operation.kind !== 'take')
    return unsupported('pn-counter', operation);
  if (operation.kind === 'take' && netOf(state) < operation.amount)
    return {
      error: 'precondition-failed',
      why: `only ${netOf(state)} are there, as far as this replica knows`,
    };
  const change = operation.kind === 'take' ? -operation.amount : operation.amount;
  const side = change < 0 ? 'decrements' : 'values';
  const count = countOf(state[side], self) + Math.abs(change);
  return count > countMax ? exhausted : { delta: { ...pnCounter.bottom, [side]: only(self, count) } };
}

export const pnCounter: DataType<PnCounterState> = {
  name: 'pn-counter',
  family: 'counter',
  schema: objectSchema({ values: vectorSchema, decrements: vectorSchema }),
  bottom: { values: [], decrements: [] },
  merge: (a, b) => {
    const values = joined(a.values, b.values);
    const decrements = joined(a.decrements, b.decrements);
    return values === a.values && decrements === a.decrements ? a : { values, decrements };
  },
  mutate,
  width: ({ values, decrements }) => Math.max(values.length, decrements.length),
  view: (state, size) => ({ value: netOf(state), components: netComponents(state, size) }),
  receipt: (state) => ({ new_value: netOf(state) }),
};
