/** The registry of faults: one file and one line each. */
import type { Fault } from './fault.ts';
import { clock } from './clock.ts';
import { disk } from './disk.ts';
import { flaky } from './flaky.ts';
import { kill } from './kill.ts';
import { membership } from './membership.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { rejoinEmpty } from './rejoinEmpty.ts';
import { restartAll } from './restartAll.ts';
import { slow } from './slow.ts';
import { stop } from './stop.ts';

export const faults: readonly Fault[] = [
  partition,
  kill,
  pause,
  stop,
  restartAll,
  membership,
  rejoinEmpty,
  slow,
  flaky,
  clock,
  disk,
];

/** What is injected unless the command line says otherwise. */
export const faultsDefault: readonly string[] = ['partition', 'kill', 'pause'];

const byName = new Map(faults.map((fault) => [fault.name, fault]));

export function faultNamed(name: string): Fault | undefined {
  return byName.get(name);
}
