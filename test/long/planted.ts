/**
 * Every planted bug that clients can see is found on real processes within ten seeds, by the history alone: no invariant
 * is looked at there. The seed that found it is clean with the same flags and without the bug.
 */
import { models } from '../../nodes/index.ts';
import { plantable } from '../../nodes/kernel/roster.ts';
import { plantedBugs, type Sight } from './plantedBugs.ts';
import { describeHunt, hunt, realRun, timeLimitSeconds } from './runs.ts';
import type { Outcome, Unit } from './unit.ts';

export const plantedUnits: readonly Unit[] = models.flatMap((model) =>
  plantable(model).flatMap(({ name }) => {
    const sight = plantedBugs[model.name]?.[name];
    return sight === undefined || 'unseen' in sight ? [] : [isFound(model.name, name, sight)];
  }),
);

function isFound(model: string, bug: string, sight: Extract<Sight, { flags: string }>): Unit {
  const args = ['--model', model, ...sight.flags.split(' ')];
  return {
    name: `planted: ${model} ${bug}`,
    seconds: 60,
    run: async (): Promise<Outcome> => {
      const outcome = await hunt([...args, '--bug', bug], ({ code }) => code === 1);
      const figure = describeHunt(outcome);
      const [first] = outcome.found;
      if (first === undefined) return { passed: false, figure };
      const clean = await realRun([...args, '--seed', String(first.seed)], timeLimitSeconds);
      const without = `without it exit ${clean.code}${clean.code === 0 ? '' : `: ${clean.reasons.join(', ')}`}`;
      return { passed: clean.code === 0, figure: `${figure}; ${without}` };
    },
  };
}
