/** The registry of workloads: one line each. */
import type { Workload } from '../harness/workload.ts';
import { append } from './append.ts';
import { register } from './register.ts';

export const workloads: readonly Workload[] = [register, append];

/** The workload of this name, or undefined. */
export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name);
}
