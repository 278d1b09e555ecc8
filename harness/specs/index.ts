/** The registry of sequential specs: one line each. */
import { bank } from './bank.ts';
import { boundedCounter, counter } from './counter.ts';
import { fencedLock } from './fencedLock.ts';
import { inventory } from './inventory.ts';
import { append, kv } from './kv.ts';
import { leader } from './leader.ts';
import { lock } from './lock.ts';
import { queue } from './queue.ts';
import { casRegister, register } from './register.ts';
import { set } from './set.ts';
import type { SequentialSpec } from './spec.ts';
import { listAppend, longForkStore, rwRegister } from './txn.ts';
import { uniqueIds } from './uniqueIds.ts';

export { defineSpec, type SpecDefinition } from './define.ts';
export { whyNotInitial } from './initial.ts';
export { olderBank } from './olderBank.ts';
export { determinised, type NondeterministicSpec } from './nondeterministic.ts';

/** Every spec; where the operations of a history fit several, the first one is meant. */
export const specs: readonly SequentialSpec[] = [
  register,
  casRegister,
  append,
  kv,
  set,
  counter,
  queue,
  lock,
  fencedLock,
  boundedCounter,
  bank,
  inventory,
  uniqueIds,
  leader,
  listAppend,
  rwRegister,
  longForkStore,
];

/** The spec of this name, or undefined. */
export function specNamed(name: string): SequentialSpec | undefined {
  return specs.find((spec) => spec.name === name);
}
