/**
 * Every model holds what it claims on every workload that it runs, under its default faults, and on its first one under
 * all that it says it survives: ten seeds in a row.
 */
import { models } from '../../nodes/index.ts';
import { seededRuns, realRun, type RealRun } from './runs.ts';
import type { Unit } from './unit.ts';

const seeds = 10;
const timeLimitSeconds = 8;

export const modelUnits: readonly Unit[] = models.flatMap(({ name, workloads }) => [
  holds(['--model', name, '--faults', 'all', '--fault-interval', '1']),
  ...workloads.map((workload) => holds(['--model', name, '--workload', workload])),
]);

/** Ten runs with these flags. */
export function holds(args: readonly string[]): Unit {
  return {
    name: `${seeds} runs hold: ${args.join(' ')}`,
    seconds: 80,
    run: async () => {
      const runs = await seededRuns(seeds, (seed) =>
        realRun([...args, '--seed', String(seed)], timeLimitSeconds),
      );
      const others = runs.filter(({ code }) => code !== 0);
      const operations = runs.reduce((sum, run) => sum + run.operations.ok, 0);
      const figure = [
        `${runs.length - others.length} of ${runs.length} seeds, ${operations} operations`,
        ...others.map(describe),
      ].join('; ');
      return { passed: runs.length === seeds && others.length === 0, figure };
    },
  };
}

function describe({ code, reasons, repro }: RealRun): string {
  return `exit ${code}: ${reasons.join(', ')} (${repro})`;
}
