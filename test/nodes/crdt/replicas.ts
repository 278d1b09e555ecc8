/** States that replicas of one object can come to: random operations at three replicas that merge now and then. */
import fc from 'fast-check';
import type { Operation, State } from '../../../nodes/crdt/dataType.ts';
import type { AnyType } from '../../../nodes/crdt/dataTypes.ts';
import type { Vector } from '../../../nodes/crdt/vector.ts';

export const replicaCount = 3;

export type Move =
  | { readonly kind: 'operate'; readonly at: number; readonly operation: Operation }
  /** `at` hears all that `from` knows, or the last thing that it did. */
  | { readonly kind: 'merge' | 'hear'; readonly at: number; readonly from: number };

const replica = fc.nat(replicaCount - 1);

export function operationsOf({ name, family }: AnyType): fc.Arbitrary<Operation> {
  const element = fc.constantFrom<string | number>('a', 'b', 1, '1');
  const amount = fc.integer({ min: name === 'g-counter' ? 0 : -3, max: 4 });
  switch (family) {
    case 'counter':
      return fc.oneof(
        fc.record({ kind: fc.constant('increment' as const), amount }),
        fc.record({ kind: fc.constant('take' as const), amount: fc.integer({ min: 1, max: 3 }) }),
      );
    case 'set':
      return fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), element });
    case 'register':
      return fc.record({
        kind: fc.constant('write' as const),
        value: fc.integer({ min: 0, max: 5 }),
        context: fc.array(fc.nat(3), { maxLength: 3 }),
      });
  }
}

export function movesOf(type: AnyType): fc.Arbitrary<readonly Move[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('operate' as const),
          at: replica,
          operation: operationsOf(type),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('merge' as const, 'hear' as const),
          at: replica,
          from: replica,
        }),
      },
    ),
    { maxLength: 24 },
  );
}

/** What an operation did: the states before and after, and its delta. */
export interface Step {
  readonly at: number;
  readonly operation: Operation;
  readonly before: State;
  readonly after: State;
  readonly delta: State;
}

export interface Played {
  readonly states: readonly State[];
  readonly steps: readonly Step[];
}

/** Plays the moves. Operations that a replica refuses change nothing. */
export function play(type: AnyType, moves: readonly Move[]): Played {
  const states = Array.from({ length: replicaCount }, () => type.bottom);
  const deltas = [...states];
  const steps: Step[] = [];
  const stateAt = (at: number): State => states[at] ?? type.bottom;
  for (const move of moves) {
    const before = stateAt(move.at);
    if (move.kind !== 'operate') {
      const heard = move.kind === 'merge' ? stateAt(move.from) : (deltas[move.from] ?? type.bottom);
      states[move.at] = type.merge(before, heard);
      continue;
    }
    const operation = seen(move.operation, before);
    const mutation = type.mutate(before, move.at, operation);
    if (!('delta' in mutation)) continue;
    const after = type.merge(before, mutation.delta);
    states[move.at] = after;
    deltas[move.at] = mutation.delta;
    steps.push({ at: move.at, operation, before, after, delta: mutation.delta });
  }
  return { states, steps };
}

/** A client has seen no more than some replica has. */
function seen(operation: Operation, state: State): Operation {
  if (operation.kind !== 'write' || !('context' in state)) return operation;
  const { vector } = state.context;
  const context: Vector = operation.context.map((count, at) => Math.min(count, vector[at] ?? 0));
  return { ...operation, context };
}
