/** The table of planted bugs misses none, and its flags make sense. */
import assert from 'node:assert/strict';
import { Command } from 'commander';
import { addPlanFlags, planRun, type PlanFlags } from '../../harness/cli/runPlan.ts';
import { models } from '../../nodes/index.ts';
import { plantable } from '../../nodes/kernel/roster.ts';
import { plantedBugs } from './plantedBugs.ts';

function flagsOf(words: readonly string[]): PlanFlags {
  const command = addPlanFlags(new Command()).exitOverride();
  return command.parse(words, { from: 'user' }).opts();
}

describe('the planted bugs on real processes', () => {
  it('are all in the table, seen by clients or with the reason why not', () => {
    const named = Object.entries(plantedBugs).map(([model, bugs]) => [model, Object.keys(bugs).sort()]);
    const known = models.map((model) => [
      model.name,
      plantable(model)
        .map(({ name }) => name)
        .sort(),
    ]);
    assert.deepEqual(Object.fromEntries(named), Object.fromEntries(known));
  });

  it('are looked for with flags that can be run, with the bug and without it', () => {
    for (const [model, bugs] of Object.entries(plantedBugs)) {
      for (const [bug, sight] of Object.entries(bugs)) {
        if ('unseen' in sight) continue;
        const words = ['--model', model, ...sight.flags.split(' ')];
        assert.equal(planRun(flagsOf([...words, '--bug', bug])).config.bug, bug);
        assert.equal(planRun(flagsOf(words)).config.bug, null);
      }
    }
  });
});
