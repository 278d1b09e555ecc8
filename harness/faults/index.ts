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

/**
 * What is injected unless the command line says otherwise, as far as the model survives it. A default run has time for
 * half a dozen faults: these are the ones that concern every model, each comes more than once, and the other ones would
 * only take their place. `--faults all` injects everything that the model survives.
 */
export const faultsDefault: readonly string[] = ['partition', 'kill', 'pause'];

/** What can only be done where members can be changed. */
export const faultsOfMembers: readonly string[] = [membership.name, rejoinEmpty.name];

const byName = new Map(faults.map((fault) => [fault.name, fault]));

export function faultNamed(name: string): Fault | undefined {
  return byName.get(name);
}
