/**
 * What is not claimed does happen: judged against the next level, runs of these options are refuted within a few seeds,
 * by the anomaly that they are known for; judged against their own claim, the same runs are clean.
 */
import assert from 'node:assert/strict';
import { campaignOf, type SimFlags } from '../../../harness/cli/simPlan.ts';
import { runTrial, type Trial } from '../../../harness/sim/trial.ts';

interface Anomaly {
  readonly what: string;
  readonly set: readonly string[];
  readonly guarantee: string;
  readonly profile: string;
  readonly nodes?: number;
  /** Where to begin: not many seeds later it is seen. */
  readonly seed?: number;
  readonly explanation: RegExp;
  /** Nothing else is claimed. */
  readonly claimsNothing?: true;
}

const staleRead = /but .* (was written and acknowledged|had read .*) before it began/;
const inversion = /had read .* before it began .*: a new–old inversion/;

const anomalies: readonly Anomaly[] = [
  {
    what: 'quorums that do not meet read what is old',
    set: ['r=1', 'w=1'],
    guarantee: 'linearizable',
    profile: 'slow',
    explanation: staleRead,
  },
  {
    what: 'they are not even regular',
    set: ['r=1', 'w=1'],
    guarantee: 'regular',
    profile: 'slow',
    explanation: /answered/,
  },
  {
    what: 'without write-back a read sees the new value, and the next one the old',
    set: ['r=1', 'w=3', 'readRepair=off'],
    guarantee: 'linearizable',
    profile: 'slow',
    explanation: inversion,
  },
  {
    what: 'a repair that nobody waits for comes too late',
    set: ['r=1', 'w=3', 'readRepair=async'],
    guarantee: 'linearizable',
    profile: 'slow',
    explanation: inversion,
  },
  {
    what: 'clocks that differ lose acknowledged writes',
    set: ['timestamps=wall'],
    guarantee: 'linearizable',
    profile: 'swarm',
    explanation: staleRead,
  },
  {
    what: 'those who stand in are not asked by the next one',
    set: ['n=3', 'sloppy=on'],
    guarantee: 'linearizable',
    profile: 'partition',
    nodes: 5,
    explanation: /answered/,
  },
  {
    what: 'level ONE reads what is old',
    set: ['level=ONE'],
    guarantee: 'linearizable',
    profile: 'slow',
    explanation: staleRead,
  },
  {
    what: 'without hints and anti-entropy a replica never gets what it missed',
    set: ['r=1', 'w=1', 'readRepair=off', 'handoff=off', 'antiEntropyInterval=0'],
    guarantee: 'convergence',
    profile: 'partition',
    seed: 32,
    explanation: /no node changed its answer/,
    claimsNothing: true,
  },
];

const seedsMax = 40;

describe('what quorum does not claim, in the simulator', () => {
  for (const {
    what,
    set,
    guarantee,
    profile,
    nodes = 3,
    seed: first = 1,
    explanation,
    claimsNothing,
  } of anomalies) {
    const flags: SimFlags = { model: 'quorum', set, profile, nodes, timeLimit: 8 };
    const judged = (seed: number, level?: string): Trial =>
      runTrial(campaignOf({ ...flags, ...(level !== undefined && { guarantee: level }) }), seed);

    it(`${what} (${set.join(' ')}, judged as ${guarantee})`, () => {
      for (let seed = first; seed < first + seedsMax; seed++) {
        const trial = judged(seed, guarantee);
        if (trial.kind === null || !explanation.test(trial.explanation)) continue;
        assert.equal(trial.kind, guarantee);
        if (claimsNothing !== true) assert.equal(judged(seed).kind, null, `seed ${seed}`);
        return;
      }
      assert.fail(`none of ${seedsMax} seeds shows it`);
    });
  }
});
