/**
 * Process groups: every node leads a group (and session) of its own, so that a signal reaches whatever it has started.
 * A group is known by the process id of its leader, and lives until its last member is gone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 2;

/** Sends a signal to every member; answers false when nobody is left. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGKILL reaches stopped processes too. */
export function killGroup(group: number): void {
  signalGroup(group, 'SIGKILL');
}

/** Whether the group has no member that can still act: what nobody has reaped yet is gone for our purpose. */
export function isGroupGone(group: number): boolean {
  return (
    !signalGroup(group, 0) || statesOfGroup(group)?.every((state) => state === 'Z' || state === 'X') === true
  );
}

/** Whether every member is stopped. True where the system does not say: the signal was sent all the same. */
export function isGroupStopped(group: number): boolean {
  // The leader alone is cheap to look at, and mostly decides.
  const leader = stateOf(group);
  if (leader !== null && !isStoppedState(leader.state)) return false;
  return statesOfGroup(group)?.every(isStoppedState) ?? true;
}

/** Whether all living members have mapped a file whose path holds `name`. True where the system does not say. */
export function hasMapped(group: number, name: string): boolean {
  return processIds()
    .filter((processId) => stateOf(processId)?.group === group)
    .map((processId) => readProc(processId, 'maps') ?? '')
    .every((maps) => maps === '' || maps.includes(name));
}

/** Waits until `condition` holds; answers whether it did in time. */
export async function within(deadlineMs: number, condition: () => boolean): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > end) return false;
    await sleep(pollMs);
  }
  return true;
}

/** The environment variable that every process of a cluster carries; its value is the cluster's mark. */
export const markVariable = 'ORDEAL_CLUSTER';

/** Says to the processes of a program of others of which node they are. */
export const nodeVariable = 'ORDEAL_NODE';

/**
 * The process groups of a cluster by its mark, or of one node in it: also those that nobody told us of. Only where there
 * is a /proc. O(processes of the machine), a few milliseconds.
 */
export function markedGroups(mark: string, node?: string): number[] {
  const wanted = [`${markVariable}=${mark}`, ...(node === undefined ? [] : [`${nodeVariable}=${node}`])];
  const groups = processIds().flatMap((processId) => {
    const variables = readProc(processId, 'environ')?.split('\0') ?? [];
    const isMarked = wanted.every((variable) => variables.includes(variable));
    const group = isMarked ? stateOf(processId)?.group : undefined;
    return group === undefined ? [] : [group];
  });
  return [...new Set(groups)];
}

function isStoppedState(state: string): boolean {
  return 'TtZX'.includes(state);
}

function statesOfGroup(group: number): string[] | null {
  const all = processIds();
  if (all.length === 0) return null;
  return all.flatMap((processId) => {
    const found = stateOf(processId);
    return found?.group === group ? [found.state] : [];
  });
}

/** State letter and group from /proc/<id>/stat: `id (name) state parent group …`, where the name may hold anything. */
function stateOf(processId: number): { state: string; group: number } | null {
  const stat = readProc(processId, 'stat');
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? null : { state: fields[0] ?? '', group: Number(fields[2]) };
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readProc(processId: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${processId}/${file}`, 'latin1');
  } catch {
    return null;
  }
}
