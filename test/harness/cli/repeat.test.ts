/** The line that repeats a run, typed again as it stands, plans the same run: options, faults, schedule and all. */
import assert from 'node:assert/strict';
import { Command } from 'commander';
import { addPlanFlags, planRun, type PlanFlags } from '../../../harness/cli/runPlan.ts';
import { reproLine } from '../../../harness/repro.ts';
import { models } from '../../../nodes/index.ts';

/** The flags as the command line reads them. */
function flagsOf(words: readonly string[]): PlanFlags {
  return addPlanFlags(new Command())
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts();
}

/** The words of a line as a shell splits them, behind `npm run jepsen --`. */
function wordsOf(line: string): string[] {
  const [, flags = ''] = /^npm run jepsen --(.*)$/.exec(line) ?? [];
  return [...flags.matchAll(/'([^']*)'|([^\s']+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function assertRepeats(words: readonly string[]): void {
  const { model, config } = planRun(flagsOf(words));
  const line = reproLine(config, model);
  assert.deepEqual(planRun(flagsOf(wordsOf(line))).config, config, line);
  // Without the model's defaults everything is spelled out.
  assert.deepEqual(planRun(flagsOf(wordsOf(reproLine(config)))).config, config, reproLine(config));
}

describe('the line that repeats a run', () => {
  for (const model of models) {
    it(`plans the same run of ${model.name}: every workload, every choice of every option`, () => {
      const seed = ['--model', model.name, '--seed', '7'];
      let repeated = 0;
      for (const workload of model.workloads) assertRepeats([...seed, '--workload', workload]);
      for (const option of model.options) {
        const values = option.type === 'choice' ? option.choices : [option.min, option.default];
        for (const value of values) {
          // A level that every model with this workload can be asked for, so that no claim is too small to be judged.
          const set = ['--set', `${option.name}=${value}`, '--guarantee', 'no-lost-writes'];
          if (!isPossible([...seed, ...set])) continue;
          assertRepeats([...seed, ...set]);
          repeated += 1;
        }
      }
      assert(repeated >= model.options.length, `only ${repeated} lines were repeated`);
    });
  }

  it('plans the same run with quorums of other sizes than the cluster would have', () => {
    for (const sizes of [['r=1'], ['w=1'], ['r=1', 'w=1'], ['n=5', 'r=2', 'w=4'], ['n=1']])
      for (const nodes of [[], ['--nodes', '5']])
        if (isPossible(['--model', 'quorum', ...nodes, ...sets(sizes)]))
          assertRepeats(['--model', 'quorum', '--seed', '3', ...nodes, ...sets(sizes)]);
  });

  it('plans the same run with every other flag', () => {
    const flags = [
      '--nodes',
      '4',
      '--concurrency',
      '3',
      '--rate',
      '0',
      '--time-limit',
      '12.5',
      '--seed',
      '0',
    ];
    assertRepeats(['--model', 'raft', ...flags, '--faults', 'none']);
    assertRepeats(['--model', 'raft', ...flags, '--faults', 'slow,kill', '--fault-interval', '1.5']);
    assertRepeats(['--model', 'raft', ...flags, '--bug', 'vote-not-persisted', '--guarantee', 'sequential']);
    assertRepeats(['--model', 'crdt', '--workload', 'inventory', '--set', 'syncInterval=5s', '--seed', '1']);
  });
});

const sets = (pairs: readonly string[]): string[] => pairs.flatMap((pair) => ['--set', pair]);

/** Options that exclude each other are refused, and nothing is repeated then. */
function isPossible(words: readonly string[]): boolean {
  try {
    planRun(flagsOf(words));
    return true;
  } catch (error) {
    assert.equal((error as Error).name, 'UsageError');
    return false;
  }
}
