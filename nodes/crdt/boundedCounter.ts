/**
 * Bounded counter (Balegas et al. 2015, §3): a counter that never goes below 0. What is added at a replica gives it as
 * many rights to take; rights go from replica to replica; whoever takes uses up rights of its own, which nobody else
 * can do. All three only grow, each entry at the hands of one replica.
 */
import {
  countMax,
  countSchema,
  exhausted,
  objectSchema,
  replicasMax,
  unsupported,
  vectorSchema,
  type DataType,
  type Mutation,
  type Operation,
  type Refusal,
} from './dataType.ts';
import { netComponents, netOf } from './pnCounter.ts';
import { countOf, greatestOf, joined, only, padded, type Vector } from './vector.ts';

/** All rights that one replica ever gave to another one. */
export type Transfer = readonly [from: number, to: number, amount: number];

export interface BoundedCounterState {
  readonly values: Vector;
  readonly decrements: Vector;
  /** In the order of giver and taker. */
  readonly transfers: readonly Transfer[];
}

/** How many rights a replica has, as far as this state tells; exact at that replica, but for gifts on their way. */
export function rightsOf({ values, decrements, transfers }: BoundedCounterState, replica: number): number {
  const moved = transfers.reduce(
    (sum, [from, to, amount]) => sum + (to === replica ? amount : 0) - (from === replica ? amount : 0),
    0,
  );
  return countOf(values, replica) + moved - countOf(decrements, replica);
}

/** What a gift of rights adds; null when there is nothing to give. */
export function granting(
  state: BoundedCounterState,
  from: number,
  to: number,
  wanted: number,
): BoundedCounterState | null {
  const amount = Math.min(rightsOf(state, from), wanted);
  const given = givenBy(state.transfers, from, to) + amount;
  if (amount <= 0 || given > countMax) return null;
  return { ...boundedCounter.bottom, transfers: [[from, to, given]] };
}

/** Rights may be elsewhere; whoever can ask for them waits (escrow.ts). */
export const lacksRights: Refusal = {
  error: 'temporarily-unavailable',
  why: 'other replicas have the rights to take that many, and do not answer',
};

function mutate(
  state: BoundedCounterState,
  self: number,
  operation: Operation,
): Mutation<BoundedCounterState> {
  if (operation.kind !== 'increment' && operation.kind !== 'take')
    return unsupported('bounded-counter', operation);
  const change = operation.kind === 'take' ? -operation.amount : operation.amount;
  if (change < 0 && rightsOf(state, self) < -change) return lacksRights;
  const side = change < 0 ? 'decrements' : 'values';
  const count = countOf(state[side], self) + Math.abs(change);
  return count > countMax ? exhausted : { delta: { ...boundedCounter.bottom, [side]: only(self, count) } };
}

function givenBy(transfers: readonly Transfer[], from: number, to: number): number {
  return transfers.find((one) => one[0] === from && one[1] === to)?.[2] ?? 0;
}

/** The greater amount of each pair; `a` itself when `b` adds nothing. */
function joinedTransfers(a: readonly Transfer[], b: readonly Transfer[]): readonly Transfer[] {
  const coming = b.filter(([from, to, amount]) => amount > givenBy(a, from, to));
  if (coming.length === 0) return a;
  const greatest = new Map<string, Transfer>();
  for (const transfer of [...a, ...coming]) {
    const pair = `${transfer[0]} ${transfer[1]}`;
    if (transfer[2] > (greatest.get(pair)?.[2] ?? 0)) greatest.set(pair, transfer);
  }
  return [...greatest.values()].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}

function merge(a: BoundedCounterState, b: BoundedCounterState): BoundedCounterState {
  const values = joined(a.values, b.values);
  const decrements = joined(a.decrements, b.decrements);
  const transfers = joinedTransfers(a.transfers, b.transfers);
  const isSame = values === a.values && decrements === a.decrements && transfers === a.transfers;
  return isSame ? a : { values, decrements, transfers };
}

const replica = { type: 'integer', minimum: 0, maximum: replicasMax - 1 };

export const boundedCounter: DataType<BoundedCounterState> = {
  name: 'bounded-counter',
  family: 'counter',
  schema: objectSchema({
    values: vectorSchema,
    decrements: vectorSchema,
    transfers: {
      type: 'array',
      items: { type: 'array', items: [replica, replica, countSchema], minItems: 3, additionalItems: false },
    },
  }),
  bottom: { values: [], decrements: [], transfers: [] },
  merge,
  mutate,
  width: ({ values, decrements, transfers }) =>
    greatestOf([values.length, decrements.length, ...transfers.map(([from, to]) => Math.max(from, to) + 1)]),
  view: (state, size) => ({
    value: netOf(state),
    components: netComponents(state, size),
    rights: padded([], size).map((_, at) => rightsOf(state, at)),
  }),
  receipt: (state) => ({ new_value: netOf(state) }),
};
