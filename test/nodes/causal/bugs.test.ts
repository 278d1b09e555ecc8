/**
 * The planted bugs in the simulator: each is found by an invariant, and by what clients see alone, within a few seeds of
 * the profile and the options that reveal it; the very runs that found it are clean without it.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Trial } from '../../../harness/sim/trial.ts';
import { rulesOf } from '../../../nodes/causal/bugs.ts';
import { causal } from '../../../nodes/causal/model.ts';

interface Hunt {
  readonly bug: string;
  readonly profile: string;
  readonly set?: readonly string[];
  /** Where the bug shows only when many clients write within the time a message takes. */
  readonly isBusy?: boolean;
  /** The invariants that find it; without any, the clients alone do. */
  readonly invariants: readonly string[];
}

const hunts: readonly Hunt[] = [
  {
    bug: 'dependencies-ignored',
    profile: 'slow',
    set: ['syncInterval=300'],
    isBusy: true,
    invariants: ['causally-closed'],
  },
  {
    bug: 'own-writes-only-as-dependencies',
    profile: 'slow',
    set: ['syncInterval=300'],
    isBusy: true,
    invariants: ['writes-know-their-past'],
  },
  { bug: 'context-ignored', profile: 'slow', set: ['sessions=roaming'], invariants: [] },
  { bug: 'lamport-not-advanced-on-receive', profile: 'slow', invariants: ['writes-know-their-past'] },
  {
    bug: 'applied-vector-not-journaled',
    profile: 'crash',
    set: ['keptWrites=1'],
    invariants: ['vector-forward', 'numbered-once'],
  },
  { bug: 'gap-skipped', profile: 'slow', invariants: ['causally-closed', 'same-vector-same-state'] },
  {
    bug: 'last-arrival-wins',
    profile: 'slow',
    invariants: ['versions-forward', 'same-vector-same-state'],
  },
  {
    bug: 'state-overwrites',
    profile: 'slow',
    set: ['keptWrites=1'],
    invariants: ['versions-forward', 'same-vector-same-state'],
  },
];

const seedsMax = 40;
const ofClients = ['ccv', 'convergence', 'no-lost-writes', 'only-written'];

function run(flags: SimFlags, seed: number, withInvariants: boolean): Trial {
  const campaign = campaignOf(flags);
  return runTrial(
    withInvariants ? campaign : { ...campaign, model: { ...campaign.model, invariants: [] } },
    seed,
  );
}

function hunt({ bug, profile, set = [], isBusy = false }: Hunt, found: readonly string[]): void {
  const withInvariants = found !== ofClients;
  const flags: SimFlags = {
    model: 'causal',
    workload: 'session',
    set,
    profile,
    timeLimit: 4,
    rate: isBusy ? 300 : 100,
    concurrency: isBusy ? 12 : 6,
  };
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { kind } = run({ ...flags, bug }, seed, withInvariants);
    if (kind === null) continue;
    assert(found.includes(kind), `seed ${seed} found it by ${kind}`);
    const { kind: without, explanation } = run(flags, seed, true);
    assert.equal(without, null, `seed ${seed}: ${explanation}`);
    return;
  }
  assert.fail(`none of ${seedsMax} seeds found it`);
}

describe('planted bugs of causal, in the simulator', () => {
  for (const one of hunts) {
    const { bug, invariants } = one;
    it(`${bug} is found by what clients see, and nothing is without it`, () => hunt(one, ofClients));
    if (invariants.length > 0)
      it(`${bug} is found by ${invariants.join(' or ')}, too`, () => hunt(one, invariants));
  }

  it('are all looked for', () => {
    assert.deepEqual(hunts.map(({ bug }) => bug).sort(), causal.bugs.map(({ name }) => name).sort());
    assert.throws(() => rulesOf('no-such-bug'), /causal has no bug named no-such-bug/);
  });

  it('are not needed to break what is not claimed: one total order that all sessions agree on', () => {
    for (const guarantee of ['linearizable', 'sequential', 'cm'] as const) {
      const flags: SimFlags = { model: 'causal', set: [], profile: 'partition', timeLimit: 8, guarantee };
      const seeds = Array.from({ length: seedsMax }, (_, at) => at + 1);
      assert(
        seeds.some((seed) => run(flags, seed, true).kind === guarantee),
        guarantee,
      );
    }
  });
});
