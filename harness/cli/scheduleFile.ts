/**
 * A schedule that somebody wrote or kept (`--schedule FILE`): a JSON array of entries, or a file that has one under
 * `schedule`, as config.json of every run does. All that is wrong with it is said before anything starts.
 */
import { readFileSync } from 'node:fs';
import type { NodeId } from '../../nodes/kernel/ids.ts';
import { createPrng } from '../../nodes/kernel/prng.ts';
import { UsageError } from '../exit.ts';
import { MalformedEntry, type ScheduleEntry } from '../faults/fault.ts';
import { faultNamed, faults } from '../faults/index.ts';
import { Population } from '../population.ts';
import { schemaProblems } from '../schemas/validate.ts';

/** What has to be written by hand; the rest has defaults. */
type WrittenEntry = Pick<ScheduleEntry, 'fault' | 'atMs' | 'durationMs'> & Partial<ScheduleEntry>;

/** Reads a schedule for a cluster of these nodes. Throws UsageError. */
export function readSchedule(file: string, nodes: readonly NodeId[]): readonly ScheduleEntry[] {
  const written = entriesOf(file);
  const problems = schemaProblems('schedule', written);
  if (problems.length > 0) throw unusable(file, problems);
  const entries = (written as readonly WrittenEntry[]).map((entry, at) => ({
    id: at,
    params: {},
    seed: String(at),
    ...entry,
  }));
  const wrong = [...repeatedIds(entries), ...entries.flatMap((entry) => problemsOf(entry, nodes))];
  if (wrong.length > 0) throw unusable(file, wrong);
  return entries;
}

function entriesOf(file: string): unknown {
  const content = parsed(file);
  const isList = Array.isArray(content) || typeof content !== 'object' || content === null;
  return !isList && 'schedule' in content ? content.schedule : content;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unusable(file, [error instanceof Error ? error.message : String(error)]);
  }
}

function repeatedIds(entries: readonly ScheduleEntry[]): string[] {
  const ids = entries.map(({ id }) => id);
  const repeated = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  return [...repeated].map((id) => `two entries have the id ${id}`);
}

/** Whether the fault could start, with any leader. */
function problemsOf({ id, fault: name, params, seed }: ScheduleEntry, nodes: readonly NodeId[]): string[] {
  const fault = faultNamed(name);
  if (fault === undefined) {
    return [
      `entry ${id}: there is no fault '${name}'. There are: ${faults.map((known) => known.name).join(', ')}`,
    ];
  }
  try {
    // Which nodes there will be then, only the run can say.
    const { view: membership } = new Population(nodes, false);
    const view = { nodes, leader: nodes[0] ?? null, ...(membership && { membership }) };
    const effect = fault.effect(params, view, createPrng(seed));
    return 'unavailable' in effect ? [`entry ${id}: ${effect.unavailable}`] : [];
  } catch (error) {
    if (error instanceof MalformedEntry) return [`entry ${id}: ${error.message}`];
    throw error;
  }
}

function unusable(file: string, problems: readonly string[]): UsageError {
  return new UsageError(
    `--schedule ${file} is no schedule: ${problems.join('; ')}. An entry looks like ` +
      '{"fault": "kill", "atMs": 1000, "durationMs": 500, "params": {"target": "leader"}}',
  );
}
