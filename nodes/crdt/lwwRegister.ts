/**
 * LWW-register (Shapiro et al. 2011, §3.2.1): the write with the greatest timestamp wins. A timestamp is a Lamport
 * counter above all that the replica and its client have seen, and the replica; never the time of day.
 */
import type { Json } from '../kernel/wire.ts';
import {
  countMax,
  countSchema,
  exhausted,
  objectSchema,
  replicasMax,
  unsupported,
  type DataType,
} from './dataType.ts';

export interface LwwState {
  readonly value: Json;
  /** 0 before the first write. */
  readonly counter: number;
  readonly by: number;
}

/** Positive when `a` wins. Only a timestamp that was given twice leaves it to the values. */
function compareWrites(a: LwwState, b: LwwState): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  if (a.by !== b.by) return a.by - b.by;
  const [one, other] = [JSON.stringify(a.value), JSON.stringify(b.value)];
  return one === other ? 0 : one > other ? 1 : -1;
}

export const lwwRegister: DataType<LwwState> = {
  name: 'lww-register',
  family: 'register',
  schema: objectSchema({
    value: {},
    counter: countSchema,
    by: { type: 'integer', minimum: 0, maximum: replicasMax - 1 },
  }),
  bottom: { value: null, counter: 0, by: 0 },
  merge: (a, b) => (compareWrites(b, a) > 0 ? { value: b.value, counter: b.counter, by: b.by } : a),
  mutate: (state, self, operation) => {
    if (operation.kind !== 'write') return unsupported('lww-register', operation);
    const counter = Math.max(state.counter, ...operation.context) + 1;
    return counter > countMax ? exhausted : { delta: { value: operation.value, counter, by: self } };
  },
  width: ({ counter, by }) => (counter === 0 ? 0 : by + 1),
  view: ({ value, counter }) => ({ value, context: [counter] }),
  receipt: ({ counter }) => ({ context: [counter] }),
};
