/** G-counter (Shapiro et al. 2011, §3.1.1): a count for each replica, of which only its own ever grows by increments. */
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

export interface GCounterState {
  readonly values: Vector;
}

function mutate({ values }: GCounterState, self: number, operation: Operation): Mutation<GCounterState> {
  if (operation.kind !== 'increment' && operation.kind !== 'take') return unsupported('g-counter', operation);
  if (operation.kind === 'take' || operation.amount < 0)
    return { error: 'malformed-request', why: 'a g-counter only grows: nothing can be taken from it' };
  const count = countOf(values, self) + operation.amount;
  return count > countMax ? exhausted : { delta: { values: only(self, count) } };
}

export const gCounter: DataType<GCounterState> = {
  name: 'g-counter',
  family: 'counter',
  schema: objectSchema({ values: vectorSchema }),
  bottom: { values: [] },
  merge: (a, b) => {
    const values = joined(a.values, b.values);
    return values === a.values ? a : { values };
  },
  mutate,
  width: ({ values }) => values.length,
  view: ({ values }, size) => ({ value: sumOf(values), components: padded(values, size) }),
  receipt: ({ values }) => ({ new_value: sumOf(values) }),
};
