/** The registry of workloads: one line each. */
import type { Workload } from '../harness/workload.ts';
import { append } from './append.ts';
import { bank } from './bank.ts';
import { counter } from './counter.ts';
import { deletion } from './deletion.ts';
import { inventory } from './inventory.ts';
import { leader } from './leader.ts';
import { listAppend } from './listAppend.ts';
import { lock } from './lock.ts';
import { queue } from './queue.ts';
import { register } from './register.ts';
import { session } from './session.ts';
import { set } from './set.ts';

export const workloads: readonly Workload[] = [
  register,
  deletion,
  append,
  listAppend,
  set,
  counter,
  queue,
  bank,
  lock,
  inventory,
  session,
  leader,
];

/** The workload of this name, or undefined. */
export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name);
}
