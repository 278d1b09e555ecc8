/**
 * The planted bugs in the simulator: each is found within a few seeds, by an invariant and by what clients see
 * alone; and the run that found it is clean without it.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Trial } from '../../../harness/sim/trial.ts';
import { crdt } from '../../../nodes/crdt/model.ts';

interface Hunt {
  readonly bug: string;
  readonly type: string;
  readonly workload: string;
  readonly sync?: 'state' | 'delta';
  readonly profile: string;
  /** The invariants of which one finds it. */
  readonly invariants: readonly string[];
  /** The checkers of which one finds it from the history alone. */
  readonly checkers: readonly string[];
}

const amounts = ['no-lost-writes', 'replica-counter-bounds', 'convergence'];

const hunts: readonly Hunt[] = [
  {
    bug: 'merge-adds',
    type: 'g-counter',
    workload: 'counter',
    profile: 'partition',
    invariants: ['merges-invent-nothing'],
    checkers: amounts,
  },
  {
    bug: 'decrements-in-same-map',
    type: 'pn-counter',
    workload: 'counter',
    profile: 'partition',
    invariants: ['states-inflate'],
    checkers: amounts,
  },
  {
    bug: 'counter-not-durable',
    type: 'g-counter',
    workload: 'counter',
    profile: 'crash',
    invariants: ['states-inflate'],
    checkers: amounts,
  },
  {
    bug: 'remove-unseen',
    type: 'or-set',
    workload: 'set',
    profile: 'partition',
    invariants: ['states-inflate'],
    checkers: ['set-full', 'no-lost-writes', 'convergence'],
  },
  {
    bug: 'dot-reused-after-restart',
    type: 'or-set',
    workload: 'set',
    profile: 'crash',
    invariants: ['states-inflate'],
    checkers: ['set-full', 'no-lost-writes', 'convergence'],
  },
  {
    bug: 'lww-by-arrival',
    type: 'lww-register',
    workload: 'register',
    profile: 'partition',
    invariants: ['states-inflate'],
    checkers: ['convergence', 'no-lost-writes'],
  },
  {
    bug: 'mv-keeps-dominated',
    type: 'mv-register',
    workload: 'register',
    profile: 'partition',
    invariants: ['states-inflate'],
    checkers: ['only-concurrent', 'convergence'],
  },
  {
    bug: 'escrow-without-transfer-record',
    type: 'bounded-counter',
    workload: 'inventory',
    profile: 'partition',
    invariants: ['never-below-zero', 'merges-invent-nothing'],
    checkers: ['never-oversold'],
  },
  {
    bug: 'delta-dropped-on-loss',
    type: 'or-set',
    workload: 'set',
    sync: 'delta',
    profile: 'partition',
    invariants: ['kept-is-there'],
    checkers: ['set-full', 'no-lost-writes', 'convergence'],
  },
];

const seedsMax = 60;

function flagsOf({ bug, type, workload, sync = 'state', profile }: Hunt, isPlanted: boolean): SimFlags {
  return {
    model: 'crdt',
    set: [`type=${type}`, `sync=${sync}`],
    workload,
    profile,
    timeLimit: 8,
    ...(isPlanted && { bug }),
  };
}

/** The first trial that fails; without invariants, if clients are to find it. */
function firstFailure(hunt: Hunt, isByClients: boolean): Trial | undefined {
  const campaign = campaignOf(flagsOf(hunt, true));
  const { model } = campaign;
  const judged = isByClients ? { ...campaign, model: { ...model, invariants: [] } } : campaign;
  for (let seed = 1; seed <= seedsMax; seed++) {
    const trial = runTrial(judged, seed);
    if (trial.kind !== null) return trial;
  }
  return undefined;
}

function isClean(hunt: Hunt, seed: number): void {
  const { kind, unknown, vacuous, explanation } = runTrial(campaignOf(flagsOf(hunt, false)), seed);
  assert.deepEqual({ kind, unknown, vacuous }, { kind: null, unknown: null, vacuous: false }, explanation);
}

describe('planted bugs of crdt, in the simulator', () => {
  for (const hunt of hunts) {
    it(`${hunt.bug} is found by ${hunt.invariants.join(' or ')}`, () => {
      const trial = firstFailure(hunt, false);
      assert(trial !== undefined, `not within ${seedsMax} seeds`);
      assert(hunt.invariants.includes(trial.kind ?? ''), `found by ${trial.kind}`);
      isClean(hunt, trial.seed);
    });

    it(`${hunt.bug} is found by clients`, () => {
      const trial = firstFailure(hunt, true);
      assert(trial !== undefined, `not within ${seedsMax} seeds`);
      assert(hunt.checkers.includes(trial.kind ?? ''), `found by ${trial.kind}`);
      isClean(hunt, trial.seed);
    });
  }

  it('are all looked for', () => {
    assert.deepEqual(hunts.map(({ bug }) => bug).sort(), crdt.bugs.map(({ name }) => name).sort());
    assert.throws(
      () => campaignOf({ model: 'crdt', set: [], timeLimit: 8, bug: 'no-such-bug' }),
      /no-such-bug/,
    );
  });
});

describe('what a PN-counter does not claim', () => {
  it('is that nothing is sold twice', () => {
    const flags = { model: 'crdt', workload: 'inventory', timeLimit: 8, guarantee: 'never-oversold' };
    const trialOf = (type: string): Trial =>
      runTrial(campaignOf({ ...flags, set: [`type=${type}`], profile: 'partition' }), 1);
    assert.equal(trialOf('pn-counter').kind, 'never-oversold');
    assert.equal(trialOf('bounded-counter').kind, null);
  });
});
