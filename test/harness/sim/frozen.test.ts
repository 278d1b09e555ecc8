import assert from 'node:assert/strict';
import type { NodeModel } from '../../../nodes/kernel/model.ts';
import { campaignOf } from '../../../harness/cli/simPlan.ts';
import { runTrial } from '../../../harness/sim/trial.ts';

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** The model, with everything that leaves a core frozen to the last field: whoever changes it later throws. */
function frozen(model: NodeModel): NodeModel {
  return {
    ...model,
    create: (init) => {
      const core = model.create(init);
      return {
        status: () => core.status(),
        step: (event, now) => {
          const effects = core.step(event, now);
          for (const { message } of effects.sends) freeze(message);
          for (const { response } of effects.replies) freeze(response);
          return effects;
        },
      };
    },
  };
}

describe('messages in the simulator', () => {
  it('are passed as they are, and nobody changes one afterwards', () => {
    const campaign = campaignOf({ model: 'raft', set: ['snapshotEntries=4'], timeLimit: 3 });
    const model = frozen(campaign.model);
    for (const seed of [1, 2, 3, 4, 5]) {
      const trial = runTrial({ ...campaign, model }, seed);
      assert.equal(trial.explanation, '');
      assert.equal(trial.hash, runTrial(campaign, seed).hash);
    }
  });
});
