/** The registry of the long tests, the cheapest first. */
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../../harness/results.ts';
import { npmRun } from '../command.ts';
import { fuzzUnits } from './fuzz.ts';
import type { Outcome, Unit } from './unit.ts';

interface SimSummary {
  readonly seeds: number;
  readonly failures: readonly { readonly seed: number; readonly profile: string; readonly kind: string }[];
  readonly unknown: number;
  readonly operations: number;
  readonly seedsPerMinute: number;
  readonly hash: string;
}

async function simulate(args: readonly string[], limitSeconds: number): Promise<SimSummary> {
  const { code, stdout, stderr } = await npmRun('sim', ['--model', 'raft', ...args, '--json'], limitSeconds);
  if (stdout === '') throw new Error(`sim ended with ${code}: ${stderr.slice(-400)}`);
  return JSON.parse(stdout) as SimSummary;
}

/** A correct Raft breaks nothing in a thousand seeds over all profiles. */
const cleanSeeds: Unit = {
  name: '1000 simulated seeds are clean',
  seconds: 60,
  run: async () => {
    const { seeds, failures, unknown, operations, seedsPerMinute } = await simulate(
      ['--seeds', '1000', '--seed', '1'],
      600,
    );
    const figure = `${seeds} seeds, ${operations} operations, ${failures.length} failures, ${unknown} unknown, ${Math.round(seedsPerMinute)} seeds/min`;
    return { passed: seeds === 1000 && failures.length === 0 && unknown === 0, figure };
  },
};

/** A planted bug must be found by the simulator. */
function bugIsFound(bug: string, seeds: number): Unit {
  return {
    name: `the simulator finds ${bug}`,
    seconds: 40,
    run: async () => {
      const { failures } = await simulate(['--bug', bug, '--seeds', String(seeds), '--seed', '1'], 600);
      const first = failures[0];
      const where = first ? `first at seed ${first.seed} (${first.profile}): ${first.kind}` : 'never';
      return { passed: failures.length > 0, figure: `${failures.length} of ${seeds} seeds, ${where}` };
    },
  };
}

async function inFreshFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-long-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One real run; the result and how long it took beyond its time limit. */
async function realRun(
  args: readonly string[],
  timeLimitSeconds: number,
): Promise<Results & { code: number | null; overSeconds: number }> {
  return inFreshFolder(async (out) => {
    const all = [
      '--model',
      'raft',
      '--time-limit',
      String(timeLimitSeconds),
      ...args,
      '--out',
      out,
      '--json',
    ];
    const { code, stdout, stderr, seconds } = await npmRun('jepsen', all, timeLimitSeconds + 60);
    if (stdout === '') throw new Error(`jepsen ended with ${code}: ${stderr.slice(-400)}`);
    return { ...(JSON.parse(stdout) as Results), code, overSeconds: seconds - timeLimitSeconds };
  });
}

/** The default run, over several seeds: valid, in time, with the leader hit. */
const defaultRuns: Unit = {
  name: 'default runs are valid and in time',
  seconds: 240,
  run: async () => {
    const lines: string[] = [];
    let passed = true;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { valid, operations, overSeconds, probes } = await realRun(['--seed', String(seed)], 30);
      const changes = probes['leader-changes'] ?? 0;
      passed &&= valid === true && overSeconds <= 8 && operations.ok >= 2000 && changes >= 1;
      lines.push(
        `seed ${seed}: ${valid}, ${operations.ok} ok, ${changes} leader changes, +${overSeconds.toFixed(1)} s`,
      );
    }
    return { passed, figure: lines.join('; ') };
  },
};

/** A leader that answers reads by itself is caught by isolating it; the same seeds with ReadIndex are clean. */
const staleReads: Unit = {
  name: 'stale leader reads are found, ReadIndex is clean',
  seconds: 200,
  run: async (): Promise<Outcome> => {
    const faults = ['--guarantee', 'linearizable', '--faults', 'partition,pause'];
    const lines: string[] = [];
    let found = 0;
    let passed = true;
    for (const seed of [1, 2, 3, 4]) {
      const leader = ['--set', 'reads=leader', '--set', 'checkQuorum=off', ...faults, '--seed', String(seed)];
      const broken = await realRun(leader, 15);
      const clean = await realRun(['--set', 'reads=read-index', ...faults, '--seed', String(seed)], 15);
      if (broken.code === 1 && (broken.checkers['linearizable']?.anomalies.length ?? 0) > 0) found++;
      passed &&= clean.code === 0;
      lines.push(`seed ${seed}: leader ${broken.valid}, read-index ${clean.valid}`);
    }
    return { passed: passed && found >= 1, figure: `found in ${found} of 4; ${lines.join('; ')}` };
  },
};

const harnessBenchmark: Unit = {
  name: 'throughput of the harness beside autocannon',
  seconds: 60,
  run: async () => {
    const { code, stdout } = await npmRun('bench:harness', ['--json'], 300);
    const { ratio, writesPerFsync } = JSON.parse(stdout) as { ratio: number; writesPerFsync: number };
    const figure = `ratio ${ratio.toFixed(2)}, ${writesPerFsync.toFixed(1)} writes per fsync`;
    // The ratio is a figure to look at, not a bound: machines are noisy. That it can be made is the test.
    return { passed: code === 0 && ratio > 0, figure };
  },
};

export const units: readonly Unit[] = [
  cleanSeeds,
  bugIsFound('ack-before-commit', 300),
  bugIsFound('stale-leader-read', 300),
  bugIsFound('no-request-dedup', 300),
  bugIsFound('log-not-persisted', 300),
  bugIsFound('term-not-persisted', 300),
  bugIsFound('vote-not-persisted', 1000),
  bugIsFound('old-term-committed-by-count', 1000),
  ...fuzzUnits,
  harnessBenchmark,
  staleReads,
  defaultRuns,
];
