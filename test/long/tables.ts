/** Clusters with tables (machine=sql) hold what the models claim, simulated for 300 seeds and on processes for ten. */
import { simulate } from './runs.ts';
import { holds } from './models.ts';
import type { Unit } from './unit.ts';

const seeds = 300;

const combinations = ['raft', 'leader-follower'].flatMap((model) =>
  ['register', 'bank'].map((workload) => ['--model', model, '--set', 'machine=sql', '--workload', workload]),
);

export const tableUnits: readonly Unit[] = [
  ...combinations.map((args) => areClean(args)),
  ...combinations.map((args) => holds(args)),
];

function areClean(args: readonly string[]): Unit {
  return {
    name: `${seeds} simulated seeds are clean: ${args.join(' ')}`,
    seconds: 100,
    run: async () => {
      const all = [...args, '--seeds', String(seeds), '--seed', '1'];
      const { failures, unknown, operations, ...summary } = await simulate(all, 1200);
      const figure = `${summary.seeds} seeds, ${operations} operations, ${failures.length} failures, ${unknown} unknown`;
      return { passed: summary.seeds === seeds && failures.length === 0 && unknown === 0, figure };
    },
  };
}
