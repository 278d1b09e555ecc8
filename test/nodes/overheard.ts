/** What nodes say to each other in simulated runs: of every model, with its workloads and options, in every profile. */
import assert from 'node:assert/strict';
import { campaignOf } from '../../harness/cli/simPlan.ts';
import { runTrial } from '../../harness/sim/trial.ts';
import type { NodeModel } from '../../nodes/kernel/model.ts';
import type { Effects, Protocol } from '../../nodes/kernel/protocol.ts';

export type Message = Readonly<Record<string, unknown>> & { readonly type: string };
type Listener = (model: NodeModel, message: Message) => void;

/** A workload and options. */
type Setting = readonly [workload: string, ...set: readonly string[]];

const settings: Readonly<Record<string, readonly Setting[]>> = {
  raft: [
    ['list-append', 'snapshotEntries=4', 'snapshotChunkBytes=100'],
    ['register', 'reads=follower'],
    ['lock', 'reads=lease'],
    ['register', 'proxy=on', 'proxyReads=quorum'],
    ['register', 'proxy=on'],
    ['bank', 'machine=sql', 'snapshotEntries=4'],
  ],
  'leader-follower': [
    ['list-append', 'snapshotEntries=4'],
    ['register', 'failover=highest-log', 'ack=majority'],
    ['register', 'failover=highest-log', 'ack=majority', 'proxy=on', 'proxyReads=quorum'],
    ['session', 'proxy=on'],
    ['bank', 'machine=sql', 'snapshotEntries=4'],
  ],
  quorum: [
    ['register'],
    ['register', 'timestamps=wall'],
    ['register', 'sloppy=on', 'handoff=on'],
    ['session', 'antiEntropyInterval=100'],
  ],
  eventual: [['register'], ['register', 'sync=digest'], ['deletion', 'sync=digest', 'resolve=siblings']],
  crdt: [
    ['counter'],
    ['counter', 'type=pn-counter', 'sync=delta'],
    ['set'],
    ['register', 'type=mv-register', 'sync=delta'],
    ['inventory'],
    ['inventory', 'sync=delta'],
  ],
  causal: [['session'], ['register', 'keptWrites=1'], ['register', 'sessions=roaming']],
};

/** They take turns with the profiles, from setting to setting. */
const seedsPerSetting = Number(process.env['ORDEAL_FUZZ_RUNS'] ?? 2);

/** The model, and those in front of it: `listen` is told what their nodes send. */
function overheard(model: NodeModel, listen: Listener): NodeModel {
  return {
    ...model,
    ...(model.front && { front: { ...model.front, model: overheard(model.front.model, listen) } }),
    create: (init) => {
      const core = model.create(init);
      return {
        status: () => core.status(),
        step: (event, now): Effects<Protocol> => {
          const effects = core.step(event, now);
          for (const { message } of effects.sends) listen(model, message as Message);
          return effects;
        },
      };
    },
  };
}

export async function listenTo(model: NodeModel, listen: Listener): Promise<void> {
  const chosen = settings[model.name];
  assert(chosen !== undefined, `${model.name} is listened to with no options`);
  for (const [at, [workload, ...set]] of chosen.entries()) {
    const campaign = campaignOf({ model: model.name, workload, set, timeLimit: 1.5 });
    await model.prepare?.(campaign.options);
    for (let turn = 0; turn < seedsPerSetting; turn++) {
      const seed = at * seedsPerSetting + turn;
      const { kind, explanation } = runTrial({ ...campaign, model: overheard(model, listen) }, seed);
      assert.equal(kind, null, explanation);
    }
  }
}
