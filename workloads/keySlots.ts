/** Keys that are drawn at random, so many at a time; one that was used often enough gives its place to the next. */
import type { Prng } from '../nodes/kernel/prng.ts';

interface Slot {
  readonly key: number;
  readonly operations: number;
}

export interface KeySlots {
  readonly slots: readonly Slot[];
  /** The keys 0 … keys − 1 were given a slot. */
  readonly keys: number;
}

export function firstSlots(atATime: number): KeySlots {
  return { slots: Array.from({ length: atATime }, (_, key) => ({ key, operations: 0 })), keys: atATime };
}

/** A key for one operation, and the slots after it. A key gets so many operations. */
export function drawKey(
  { slots, keys }: KeySlots,
  prng: Prng,
  operationsMax: number,
): { readonly key: number; readonly rest: KeySlots } {
  const at = prng.int(0, slots.length);
  const { key, operations } = slots[at] ?? { key: 0, operations: 0 };
  const isSpent = operations + 1 >= operationsMax;
  const slot = isSpent ? { key: keys, operations: 0 } : { key, operations: operations + 1 };
  return { key, rest: { slots: slots.with(at, slot), keys: isSpent ? keys + 1 : keys } };
}
